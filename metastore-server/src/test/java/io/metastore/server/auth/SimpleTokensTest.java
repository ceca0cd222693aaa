package io.metastore.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.AuthStore;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.engine.MemoryEngine;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SimpleTokensTest {
    private static final Duration TTL = Duration.ofSeconds(10);

    // Close to where a counter of nanoseconds turns over: no comparison may mind.
    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final SimpleTokens tokens = new SimpleTokens(TTL, time::get);
    private final AuthState auth = new AuthStore(new MemoryEngine()).state();

    @Test
    void tokenIsOfTheUserWhoLoggedIn() {
        tokens.loggedIn("u", "abc", 7);

        assertThat(tokens.callerOf("abc.7", auth)).isEqualTo(new Caller("u", auth.revision()));
        for (String other : new String[] {"abc", "abc.8", "abc.07", "ABC.7", "", ".", "abc.7 "}) {
            assertThat(tokens.callerOf(other, auth)).as(other).isNull();
        }
    }

    @Test
    void useKeepsItAndDisuseEndsIt() {
        tokens.loggedIn("u", "abc", 7);
        for (int i = 0; i < 5; i++) {
            pass(TTL.minusSeconds(1));
            assertThat(tokens.callerOf("abc.7", auth)).isNotNull();
        }
        pass(TTL.plusNanos(1));
        assertThat(tokens.callerOf("abc.7", auth)).isNull();
        assertThat(tokens.size()).isEqualTo(1);
        tokens.expire();
        assertThat(tokens.size()).isZero();
    }

    @Test
    void expiryFreesOnlyWhatHasEnded() {
        tokens.loggedIn("u", "abc", 7);
        pass(TTL.dividedBy(2));
        tokens.loggedIn("v", "def", 8);
        pass(TTL.dividedBy(2).plusNanos(1));

        tokens.expire();

        assertThat(tokens.callerOf("abc.7", auth)).isNull();
        assertThat(tokens.callerOf("def.8", auth)).isNotNull();
    }

    @Test
    void userIsLoggedOutEverywhere() {
        tokens.loggedIn("u", "abc", 7);
        tokens.loggedIn("u", "def", 8);
        tokens.loggedIn("v", "ghi", 9);

        tokens.loggedOut("u");

        assertThat(tokens.callerOf("abc.7", auth)).isNull();
        assertThat(tokens.callerOf("def.8", auth)).isNull();
        assertThat(tokens.callerOf("ghi.9", auth)).isNotNull();
        tokens.allLoggedOut();
        assertThat(tokens.callerOf("ghi.9", auth)).isNull();
    }

    @Test
    void newOnesAreSixteenRandomLetters() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            String token = tokens.issue("u", 1);
            assertThat(token).matches("[a-zA-Z]{16}");
            assertThat(seen.add(token)).isTrue();
        }
    }

    private void pass(Duration duration) {
        time.addAndGet(duration.toNanos());
    }
}
