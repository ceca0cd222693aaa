package io.metastore.server.process.faults;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.api.rpc.StatusResponse;
import io.metastore.server.process.Eventually;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Who leads, as the members say themselves. */
final class Leadership {

    private static final Duration BOUND = Duration.ofSeconds(30);

    private final List<ManagedChannel> channels;

    Leadership(List<ManagedChannel> channels) {
        this.channels = channels;
    }

    /** The member that leads and that all follow, in one term. */
    int await() {
        int[] found = new int[1];
        Eventually.await(BOUND, () -> "all members agree on who leads", () -> {
            List<StatusResponse> answers =
                    IntStream.range(0, channels.size()).mapToObj(this::ask).toList();
            long leader = answers.get(0).getLeader();
            long term = answers.get(0).getRaftTerm();
            found[0] = IntStream.range(0, answers.size())
                    .filter(i -> answers.get(i).getHeader().getMemberId() == leader)
                    .findFirst()
                    .orElseThrow();
            return answers.stream().allMatch(each -> each.getLeader() == leader && each.getRaftTerm() == term);
        });
        return found[0];
    }

    /** One of these members that says it leads. */
    OptionalInt among(Collection<Integer> members) {
        return members.stream().mapToInt(Integer::intValue).filter(this::leads).findFirst();
    }

    private boolean leads(int member) {
        try {
            StatusResponse status = ask(member);
            return status.getLeader() == status.getHeader().getMemberId();
        } catch (StatusRuntimeException noAnswer) {
            return false;
        }
    }

    private StatusResponse ask(int member) {
        channels.get(member).resetConnectBackoff();
        return MaintenanceGrpc.newBlockingStub(channels.get(member))
                .withDeadlineAfter(1, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
    }
}
