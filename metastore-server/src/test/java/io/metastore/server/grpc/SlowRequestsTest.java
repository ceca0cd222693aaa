package io.metastore.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ByteString;
import io.metastore.api.rpc.Compare;
import io.metastore.api.rpc.KVGrpc;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.server.config.Flag;
import io.metastore.server.config.ServerConfig.StorageEngine;
import io.metastore.server.slow.SlowApplies;
import io.metastore.server.slow.SlowCalls;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(60)
class SlowRequestsTest {
    private static final ByteString KEY = ByteString.copyFromUtf8("key");
    private static final ByteString SECRET = ByteString.copyFromUtf8("secret");
    private static final Logger APPLIES = (Logger) LoggerFactory.getLogger(SlowApplies.class);
    private static final Logger CALLS = (Logger) LoggerFactory.getLogger(SlowCalls.class);

    @TempDir
    Path directory;

    private final ListAppender<ILoggingEvent> applies = new ListAppender<>();
    private final ListAppender<ILoggingEvent> calls = new ListAppender<>();

    @BeforeEach
    void listen() {
        applies.start();
        calls.start();
        APPLIES.addAppender(applies);
        CALLS.addAppender(calls);
    }

    @AfterEach
    void stop() {
        APPLIES.detachAppender(applies);
        CALLS.detachAppender(calls);
    }

    @Test
    void aCallOverTheThresholdIsToldInEtcdsWords() throws Exception {
        ask(Map.of(Flag.WARNING_UNARY_REQUEST_DURATION, "0"));

        assertThat(told(applies)).isEmpty();
        List<Map<String, String>> told = told(calls);
        assertThat(told).allSatisfy(line -> assertThat(line)
                .containsEntry("message", "request stats")
                .containsKeys(
                        "start time",
                        "time spent",
                        "remote",
                        "response type",
                        "request count",
                        "request size",
                        "response count",
                        "response size",
                        "request content"));
        assertThat(told)
                .anySatisfy(line -> assertThat(line)
                        .containsEntry("response type", "/etcdserverpb.KV/Put")
                        .containsEntry("request count", "1")
                        .containsEntry("request content", "key: \"key\" value_size:6"))
                .anySatisfy(line -> assertThat(line)
                        .containsEntry("response type", "/etcdserverpb.KV/Range")
                        .containsEntry("request content", "key: \"key\""))
                .anySatisfy(line -> assertThat(line.get("request content"))
                        .startsWith("compare:<target: VALUE")
                        .contains("success:<request_put:<key: \"key\" value_size:6>>"));
        assertThat(told.toString()).doesNotContain("secret");
    }

    @Test
    void whatIsSlowToApplyIsToldInEtcdsWords() throws Exception {
        ask(Map.of(Flag.WARNING_APPLY_DURATION, "0"));

        assertThat(told(calls)).isEmpty();
        List<Map<String, String>> told = told(applies);
        assertThat(told)
                .allSatisfy(line -> assertThat(line)
                        .containsEntry("message", "apply request took too long")
                        .containsEntry("expected-duration", "0.000µs")
                        .containsKeys("took", "prefix", "request", "response"))
                .anySatisfy(line -> assertThat(line.get("request")).isEqualTo("Put:<key: \"key\" value_size:6>"))
                .anySatisfy(line -> assertThat(line)
                        .containsEntry("prefix", "read-only range ")
                        .containsEntry("request", "key: \"key\""));
        assertThat(told.toString()).doesNotContain("secret");
    }

    @Test
    void whatIsQuickIsNot() throws Exception {
        ask(Map.of(Flag.WARNING_APPLY_DURATION, "1h", Flag.WARNING_UNARY_REQUEST_DURATION, "1h"));

        assertThat(told(applies)).isEmpty();
        assertThat(told(calls)).isEmpty();
    }

    private void ask(Map<Flag, String> options) throws Exception {
        Map<Flag, String> all =
                new HashMap<>(Map.of(Flag.WARNING_APPLY_DURATION, "1h", Flag.WARNING_UNARY_REQUEST_DURATION, "1h"));
        all.putAll(options);
        try (EmbeddedMember member = EmbeddedMember.start(directory, StorageEngine.MEMORY, all)) {
            applies.list.clear();
            calls.list.clear();
            KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(member.channel());
            PutRequest put =
                    PutRequest.newBuilder().setKey(KEY).setValue(SECRET).build();
            kv.put(put);
            kv.range(RangeRequest.newBuilder().setKey(KEY).build());
            kv.txn(TxnRequest.newBuilder()
                    .addCompare(Compare.newBuilder()
                            .setTarget(Compare.CompareTarget.VALUE)
                            .setKey(KEY)
                            .setValue(SECRET))
                    .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                    .build());
        }
    }

    private static List<Map<String, String>> told(ListAppender<ILoggingEvent> appender) {
        return List.copyOf(appender.list).stream()
                .map(event -> {
                    Map<String, String> line = new HashMap<>();
                    line.put("message", event.getFormattedMessage());
                    event.getKeyValuePairs().forEach(pair -> line.put(pair.key, String.valueOf(pair.value)));
                    return line;
                })
                .toList();
    }
}
