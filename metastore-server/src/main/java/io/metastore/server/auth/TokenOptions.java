package io.metastore.server.auth;

import io.metastore.api.EtcdError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes what {@code --auth-token} asks for (etcd: server/auth/options.go). */
public final class TokenOptions {
    private static final Logger LOG = LoggerFactory.getLogger(TokenOptions.class);
    private static final Duration DEFAULT_JWT_TTL = Duration.ofMinutes(5);
    private static final Set<String> KNOWN = Set.of("sign-method", "pub-key", "priv-key", "ttl");

    private final Function<String, Duration> duration;

    /**
     * @param duration reads a duration as the command line has them; throws IllegalArgumentException if it is none
     */
    public TokenOptions(Function<String, Duration> duration) {
        this.duration = duration;
    }

    /** Options that no server can start with. */
    public static final class InvalidOptionsException extends Exception {
        private static final long serialVersionUID = 1;

        InvalidOptionsException(EtcdError error, String detail, @Nullable Throwable cause) {
            super(error.text() + ": " + detail, cause);
        }
    }

    public Tokens tokens(AuthConfig config, LongSupplier nanoTime, InstantSource clock) throws InvalidOptionsException {
        List<String> words = List.of(config.token().split(",", -1));
        Map<String, String> options = options(words.subList(1, words.size()));
        return switch (words.get(0)) {
            case "simple" -> new SimpleTokens(config.tokenTtl(), nanoTime);
            case "jwt" -> jwt(options, clock);
            case "" -> new NoTokens();
            default -> throw invalid("no such kind of token: " + words.get(0));
        };
    }

    private static Map<String, String> options(List<String> words) throws InvalidOptionsException {
        Map<String, String> options = new TreeMap<>();
        for (String word : words) {
            String[] pair = word.split("=", -1);
            if (pair.length != 2) {
                throw invalid("expected name=value, found " + word);
            }
            if (options.put(pair[0], pair[1]) != null) {
                throw invalid(pair[0] + " is given twice");
            }
        }
        return options;
    }

    private static InvalidOptionsException invalid(String detail) {
        return new InvalidOptionsException(EtcdError.INVALID_AUTH_OPTIONS, detail, null);
    }

    private JwtTokens jwt(Map<String, String> options, InstantSource clock) throws InvalidOptionsException {
        for (String name : options.keySet()) {
            if (!KNOWN.contains(name)) {
                LOG.warn("unknown JWT option option={}", name);
            }
        }
        String method = options.getOrDefault("sign-method", "");
        JwtAlgorithm algorithm = JwtAlgorithm.named(method)
                .orElseThrow(() ->
                        new InvalidOptionsException(EtcdError.INVALID_AUTH_OPTIONS, "sign-method=" + method, null));
        Duration ttl = ttl(options.getOrDefault("ttl", ""));
        byte[] privatePem = file(options.getOrDefault("priv-key", ""));
        byte[] publicPem = file(options.getOrDefault("pub-key", ""));
        try {
            return algorithm.kind() == JwtAlgorithm.Kind.HMAC
                    ? withSecret(algorithm, privatePem, ttl, clock)
                    : withKeys(algorithm, privatePem, publicPem, ttl, clock);
        } catch (GeneralSecurityException | IllegalArgumentException unusable) {
            throw new InvalidOptionsException(EtcdError.INVALID_AUTH_OPTIONS, "unusable key", unusable);
        }
    }

    private Duration ttl(String text) throws InvalidOptionsException {
        if (text.isEmpty()) {
            return DEFAULT_JWT_TTL;
        }
        try {
            return duration.apply(text);
        } catch (IllegalArgumentException malformed) {
            throw new InvalidOptionsException(EtcdError.INVALID_AUTH_OPTIONS, "ttl=" + text, malformed);
        }
    }

    private static byte[] file(String path) throws InvalidOptionsException {
        try {
            return path.isEmpty() ? new byte[0] : Files.readAllBytes(Path.of(path));
        } catch (IOException unreadable) {
            throw new InvalidOptionsException(EtcdError.INVALID_AUTH_OPTIONS, "cannot read " + path, unreadable);
        }
    }

    /** The private key file is the secret, byte by byte. */
    private static JwtTokens withSecret(JwtAlgorithm algorithm, byte[] secret, Duration ttl, InstantSource clock)
            throws InvalidOptionsException {
        if (secret.length == 0) {
            throw new InvalidOptionsException(EtcdError.MISSING_KEY_DATA, "priv-key", null);
        }
        Key key = new SecretKeySpec(secret, algorithm.jcaName());
        return new JwtTokens(algorithm, key, key, ttl, clock);
    }

    private static JwtTokens withKeys(
            JwtAlgorithm algorithm, byte[] privatePem, byte[] publicPem, Duration ttl, InstantSource clock)
            throws InvalidOptionsException, GeneralSecurityException {
        PublicKey given = publicPem.length == 0 ? null : PemKeys.publicKey(publicPem, algorithm);
        if (privatePem.length == 0) {
            if (given == null) {
                throw new InvalidOptionsException(EtcdError.MISSING_KEY_DATA, "priv-key or pub-key", null);
            }
            requireCurve(algorithm, given);
            return new JwtTokens(algorithm, null, given, ttl, clock);
        }
        PrivateKey signer = PemKeys.privateKey(privatePem, algorithm);
        requireCurve(algorithm, signer);
        PublicKey verifier = PemKeys.publicOf(signer, algorithm);
        if (given != null && !given.equals(verifier)) {
            throw new InvalidOptionsException(EtcdError.KEY_MISMATCH, "priv-key and pub-key", null);
        }
        return new JwtTokens(algorithm, signer, verifier, ttl, clock);
    }

    private static void requireCurve(JwtAlgorithm algorithm, Key key) throws InvalidOptionsException {
        if (key instanceof ECKey curve
                && curve.getParams().getCurve().getField().getFieldSize() != algorithm.curveBits()) {
            throw invalid("the key is not of the curve of " + algorithm.jwtName());
        }
    }
}
