package io.metastore.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotResponse;
import com.google.protobuf.ByteString;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PeerCallMeterTest {
    private static final long INTERVAL = 100;

    private final List<String> told = new ArrayList<>();
    private final List<Object> answers = new ArrayList<>();
    private long now = 1_000;
    private final RaftObserver observer = (RaftObserver) Proxy.newProxyInstance(
            RaftObserver.class.getClassLoader(), new Class<?>[] {RaftObserver.class}, (proxy, method, arguments) -> {
                told.add(method.getName() + Arrays.toString(arguments));
                return null;
            });
    private final PeerCallMeter meter = new PeerCallMeter(observer, INTERVAL, () -> now);
    private final InvokeCallback jraft = (result, failure) -> answers.add(failure == null ? result : failure);

    private static AppendEntriesRequest.Builder append(long term) {
        return AppendEntriesRequest.newBuilder().setTerm(term);
    }

    private InvokeCallback heartbeat(long term) {
        return meter.calling(7, append(term).buildPartial(), jraft);
    }

    private void answered(InvokeCallback heartbeat) {
        heartbeat.complete("answer", null);
    }

    @Test
    void aHeartbeatThatComesAnIntervalTooLateIsTold() {
        answered(heartbeat(1));
        now += 2 * INTERVAL;
        answered(heartbeat(1));
        assertThat(told).isEmpty();

        now += 2 * INTERVAL + 1;
        answered(heartbeat(1));
        assertThat(told).containsExactly("heartbeatLate[7]");
        assertThat(answers).hasSize(3);
    }

    @Test
    void nothingIsSaidAfterAnAnswerThatDidNotCome() {
        heartbeat(1).complete(null, new IllegalStateException("gone"));
        now += 10 * INTERVAL;
        var unanswered = heartbeat(1);
        now += 10 * INTERVAL;
        answered(heartbeat(1));
        assertThat(unanswered).isNotNull();

        assertThat(told).isEmpty();
    }

    @Test
    void anotherTermBeginsAnew() {
        answered(heartbeat(1));
        now += 10 * INTERVAL;
        answered(heartbeat(2));

        assertThat(told).isEmpty();
    }

    @Test
    void entriesAndProbesAreNoHeartbeats() {
        answered(heartbeat(1));
        now += 10 * INTERVAL;
        InvokeCallback probe =
                meter.calling(7, append(1).setData(ByteString.EMPTY).buildPartial(), jraft);

        assertThat(probe).isSameAs(jraft);
        assertThat(told).isEmpty();
    }

    @Test
    void aSnapshotIsTimedFromTheCallToItsAnswer() {
        InvokeCallback sent =
                meter.calling(7, InstallSnapshotRequest.newBuilder().buildPartial(), jraft);
        now += 5;
        sent.complete(
                InstallSnapshotResponse.newBuilder().setTerm(1).setSuccess(true).build(), null);
        InvokeCallback refused =
                meter.calling(8, InstallSnapshotRequest.newBuilder().buildPartial(), jraft);
        refused.complete(null, new IllegalStateException("gone"));

        assertThat(told)
                .containsExactly(
                        "snapshotSending[7]",
                        "snapshotSent[7, true, 5]",
                        "snapshotSending[8]",
                        "snapshotSent[8, false, 0]");
        assertThat(answers).hasSize(2);
    }
}
