package io.metastore.server.auth;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import com.google.protobuf.ByteString;
import io.metastore.api.EtcdError;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * Hashes passwords and compares them with hashes, by bcrypt as etcd does it. That is slow by intention, so it runs on
 * threads of its own, few enough that no number of wrong passwords takes the processor from consensus.
 */
public final class Passwords {
    /** bcrypt looks no further. */
    private static final int MAX_BYTES = 72;

    private static final BCrypt.Version VERSION = BCrypt.Version.VERSION_2A;

    private final int cost;
    private final Executor hashing;
    private final SecureRandom random = new SecureRandom();
    // Of a password that nobody has: comparing with it takes the time of a comparison.
    private final ByteString nobodys;

    /**
     * @param hashing runs what is slow, and refuses what it could not do in the time that clients wait
     */
    public Passwords(int cost, Executor hashing) {
        this.cost = cost;
        this.hashing = hashing;
        this.nobodys = ByteString.copyFromUtf8("$2a$%02d$".formatted(cost) + "a".repeat(53));
    }

    /**
     * Fails at once for what can be no password, before anything is spent on it.
     *
     * @throws io.metastore.api.EtcdException PASSWORD_TOO_LONG
     */
    public static void check(String password) {
        if (password.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw EtcdError.PASSWORD_TOO_LONG.exception();
        }
    }

    /** The hash, in base64 as requests carry it. */
    public CompletableFuture<String> hash(String password) {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        return slowly(() -> {
            byte[] hash = BCrypt.with(VERSION, random, LongPasswordStrategies.strict(VERSION))
                    .hash(cost, bytes);
            return Base64.getEncoder().encodeToString(hash);
        });
    }

    /** A longer password is cut, as Go's bcrypt does where it compares. What is no hash matches nothing. */
    public CompletableFuture<Boolean> matches(String password, ByteString hash) {
        if (hash.isEmpty()) {
            return matchesNobody(password);
        }
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        return slowly(() -> BCrypt.verifyer(VERSION, LongPasswordStrategies.truncate(VERSION))
                .verify(bytes, hash.toByteArray())
                .verified);
    }

    /** Takes the time of a comparison, and answers no: who does not exist cannot be told from who has another password. */
    public CompletableFuture<Boolean> matchesNobody(String password) {
        return matches(password, nobodys).thenApply(unused -> false);
    }

    private <T> CompletableFuture<T> slowly(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, hashing);
        } catch (RejectedExecutionException full) {
            return CompletableFuture.failedFuture(EtcdError.TOO_MANY_REQUESTS.exception());
        }
    }
}
