package io.metastore.server.cluster;

import io.metastore.api.EtcdError;
import io.metastore.api.EtcdException;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.cluster.MemberStore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * On a learner that is to have a vote: asks for it, by the same call and with the same checks as an operator's, until it has
 * one. Its state is the maintenance thread's.
 */
public final class SelfPromotion {
    public static final Duration INTERVAL = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(SelfPromotion.class);

    private final long self;
    private final MemberStore members;
    private final LongFunction<CompletableFuture<Void>> promote;
    private CompletableFuture<Void> asked = CompletableFuture.completedFuture(null);
    private String lastRefusal = "";

    public SelfPromotion(long self, MemberStore members, LongFunction<CompletableFuture<Void>> promote) {
        this.self = self;
        this.members = members;
        this.promote = promote;
    }

    /** Asks, unless there is nothing to ask for or no answer yet. Called again and again. */
    public void follow() {
        if (!asked.isDone() || !members.find(self).map(Member::learner).orElse(false)) {
            return;
        }
        asked = promote.apply(self).handle((done, failure) -> {
            if (failure == null) {
                LOG.info("this learner was promoted as it asked");
            } else {
                tell(failure instanceof CompletionException wrapped ? wrapped.getCause() : failure);
            }
            return null;
        });
    }

    /** Not to be ready is how it begins; anything else is told, once. */
    private void tell(@Nullable Throwable failure) {
        String refusal = String.valueOf(failure == null ? null : failure.getMessage());
        boolean notReady = failure instanceof EtcdException known && known.error() == EtcdError.LEARNER_NOT_READY;
        if (!notReady && !refusal.equals(lastRefusal)) {
            LOG.warn("this learner is not promoted yet reason={}", refusal);
        }
        lastRefusal = refusal;
    }
}
