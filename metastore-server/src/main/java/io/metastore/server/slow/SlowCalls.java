package io.metastore.server.slow;

import io.metastore.api.rpc.DeleteRangeRequest;
import io.metastore.api.rpc.PutRequest;
import io.metastore.api.rpc.RangeRequest;
import io.metastore.api.rpc.RequestOp;
import io.metastore.api.rpc.TxnRequest;
import io.metastore.server.config.SlowThresholds;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of unary calls that took longer than {@code --warning-unary-request-duration}, from their request to their answer (etcd:
 * server/etcdserver/api/v3rpc/interceptor.go, logUnaryRequestStats), and of reads that took longer than those of {@link
 * SlowApplies}. Any thread.
 */
public final class SlowCalls {
    private static final Logger LOG = LoggerFactory.getLogger(SlowCalls.class);
    private static final long UNKNOWN = -1;

    private final long thresholdNanos;
    private final long leastNanos;
    private final LongSupplier clock;
    private final SlowApplies applies;
    private final SlowLog log = new SlowLog();

    public SlowCalls(SlowThresholds thresholds, SlowApplies applies, RoughClock clock) {
        Duration least = thresholds.call().compareTo(thresholds.apply()) < 0 ? thresholds.call() : thresholds.apply();
        this.thresholdNanos = thresholds.call().toNanos();
        this.leastNanos = least.toNanos();
        this.clock = clock.orBetterFor(least);
        this.applies = applies;
    }

    /** When a request came in. */
    public long now() {
        return clock.getAsLong();
    }

    /** What is known of a call that has ended. */
    public interface Call {
        /** Such as {@code etcdserverpb.KV/Put}. */
        String method();

        String remote();

        /** Null if it is not kept. */
        @Nullable
        Object request();

        /** Negative if it is not known. */
        long requestBytes();
    }

    /**
     * The call has its answer, or its failure.
     *
     * @param responseBytes negative if there is none
     */
    public void ended(long since, Call call, long responseBytes) {
        long took = clock.getAsLong() - since;
        if (took > leastNanos) {
            tell(took, call, responseBytes);
        }
    }

    private void tell(long nanos, Call call, long responseBytes) {
        Object request = call.request();
        if (applies.isSlow(nanos)) {
            if (request instanceof RangeRequest) {
                applies.read(nanos, "read-only range ", request, responseBytes);
            } else if (request instanceof TxnRequest txn && isReadOnly(txn)) {
                applies.read(nanos, "read-only txn ", request, responseBytes);
            }
        }
        if (nanos > thresholdNanos && log.isOpen()) {
            log.withUntold(LOG.atWarn())
                    .addKeyValue("start time", Instant.now().minusNanos(nanos).toString())
                    .addKeyValue("time spent", SlowLog.text(nanos))
                    .addKeyValue("remote", call.remote())
                    .addKeyValue("response type", "/" + call.method())
                    .addKeyValue("request count", operations(request))
                    .addKeyValue("request size", call.requestBytes())
                    .addKeyValue(
                            "response count",
                            request instanceof PutRequest || request instanceof TxnRequest ? 0 : UNKNOWN)
                    .addKeyValue("response size", responseBytes)
                    .addKeyValue("request content", RequestText.of(request))
                    .log("request stats");
        }
    }

    /** An address as etcd tells it. */
    public static String remote(@Nullable SocketAddress address) {
        if (address == null) {
            return "No remote client info.";
        }
        String text = address.toString();
        return text.startsWith("/") ? text.substring(1) : text;
    }

    private static boolean isReadOnly(TxnRequest txn) {
        return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream())
                .allMatch(SlowCalls::isReadOnly);
    }

    private static boolean isReadOnly(RequestOp operation) {
        return operation.hasRequestRange() || (operation.hasRequestTxn() && isReadOnly(operation.getRequestTxn()));
    }

    /** etcd counts those of the branch that was taken, which nobody knows here any more. */
    private static long operations(@Nullable Object request) {
        if (request instanceof TxnRequest txn) {
            return (long) txn.getSuccessCount() + txn.getFailureCount();
        }
        if (request instanceof PutRequest) {
            return 1;
        }
        return request instanceof RangeRequest || request instanceof DeleteRangeRequest ? 0 : UNKNOWN;
    }
}
