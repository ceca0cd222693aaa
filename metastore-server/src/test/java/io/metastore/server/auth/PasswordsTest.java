package io.metastore.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PasswordsTest {
    private static final int CHEAP = 4;

    private final Passwords passwords = new Passwords(CHEAP, Runnable::run);

    /** Hashes that libxcrypt has made. */
    @ParameterizedTest
    @CsvSource({
        "secret, $2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
        "'', $2a$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq",
    })
    void knowsTheHashesOfOthers(String password, String hash) {
        assertThat(passwords.matches(password, ByteString.copyFromUtf8(hash)).join())
                .isTrue();
        assertThat(passwords.matches("other", ByteString.copyFromUtf8(hash)).join())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "",
                "\u5bc6\u7801",
                "123456789012345678901234567890123456789012345678901234567890123456789012"
            })
    void hashIsOfThePasswordAlone(String password) {
        String hash = hashOf(password);

        assertThat(hash).startsWith("$2a$04$").hasSize(60);
        assertThat(passwords.matches(password, ByteString.copyFromUtf8(hash)).join())
                .isTrue();
        assertThat(passwords
                        .matches(password + "x", ByteString.copyFromUtf8(hash))
                        .join())
                // What is behind the 72nd byte is cut where passwords are compared, as in etcd.
                .isEqualTo(password.length() == 72);
        assertThat(hashOf(password)).as("salted").isNotEqualTo(hash);
    }

    private String hashOf(String password) {
        return new String(Base64.getDecoder().decode(passwords.hash(password).join()), StandardCharsets.UTF_8);
    }

    @Test
    void longerPasswordIsRefusedNotCut() {
        Passwords.check("x".repeat(72));
        assertThatThrownBy(() -> Passwords.check("x".repeat(73))).hasMessage(EtcdError.PASSWORD_TOO_LONG.text());
        assertThatThrownBy(() -> Passwords.check("\u00fc".repeat(37))).hasMessage(EtcdError.PASSWORD_TOO_LONG.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "no hash", "$2a$04$tooshort", "$9z$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"
            })
    void whatIsNoHashMatchesNothing(String hash) {
        assertThat(passwords.matches("", ByteString.copyFromUtf8(hash)).join()).isFalse();
    }

    @Test
    void nobodysPasswordIsComparedAsOthersAre() {
        Queue<Runnable> slow = new ArrayDeque<>();
        CompletableFuture<Boolean> nobody = new Passwords(CHEAP, slow::add).matchesNobody("secret");

        assertThat(slow).hasSize(1);
        slow.remove().run();
        assertThat(nobody.join()).isFalse();
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Passwords full = new Passwords(CHEAP, work -> {
            throw new RejectedExecutionException("full");
        });

        assertThatThrownBy(() -> full.hash("secret").join()).hasMessageContaining(EtcdError.TOO_MANY_REQUESTS.text());
    }
}
