package io.metastore.server.auth;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.metastore.api.EtcdError;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.Caller;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that say themselves whose they are, signed: no member has to remember them (etcd: server/auth/jwt.go). The
 * algorithm is the configured one, whatever a token says of itself.
 *
 * <p>A token carries the auth revision at which it was issued, and is refused as old after any change of users or roles.
 */
public final class JwtTokens implements Tokens {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();
    /** Signatures take longer to verify than requests to serve, so tokens in use are not verified again and again. */
    private static final int MAX_VERIFIED = 1_000;

    private final JwtAlgorithm algorithm;
    private final @Nullable Key signer;
    private final Key verifier;
    private final Duration ttl;
    private final InstantSource clock;
    private final String header;
    private final Map<String, Claims> verified = new ConcurrentHashMap<>();

    /** What a well signed token says. */
    private record Claims(Caller caller, double expires, double notBefore) {
        boolean holdAt(double now) {
            return now < expires && now >= notBefore;
        }
    }

    /**
     * @param signer null on a member that only verifies what others have signed
     */
    JwtTokens(JwtAlgorithm algorithm, @Nullable Key signer, Key verifier, Duration ttl, InstantSource clock) {
        this.algorithm = algorithm;
        this.signer = signer;
        this.verifier = verifier;
        this.ttl = ttl;
        this.clock = clock;
        this.header = encoded("{\"alg\":\"%s\",\"typ\":\"JWT\"}".formatted(algorithm.jwtName()));
    }

    private static String encoded(String json) {
        return ENCODER.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean needAgreement() {
        return false;
    }

    @Override
    public String issue(String user, long authRevision) {
        if (signer == null) {
            throw EtcdError.VERIFY_ONLY_KEY.exception();
        }
        try {
            String claims = "{\"exp\":%d,\"revision\":%s,\"username\":%s}"
                    .formatted(
                            clock.instant().plus(ttl).getEpochSecond(),
                            Long.toUnsignedString(authRevision),
                            JsonFormat.printer().print(StringValue.of(user)));
            String signed = header + "." + encoded(claims);
            byte[] signature = algorithm.sign(signed.getBytes(StandardCharsets.US_ASCII), signer);
            return signed + "." + ENCODER.encodeToString(signature);
        } catch (GeneralSecurityException | InvalidProtocolBufferException unusable) {
            throw new IllegalStateException("cannot sign a token", unusable);
        }
    }

    @Override
    public @Nullable Caller callerOf(String token, AuthState auth) {
        Claims claims = verified.get(token);
        if (claims == null) {
            claims = verify(token);
            if (claims == null) {
                return null;
            }
            if (verified.size() >= MAX_VERIFIED) {
                verified.clear();
            }
            verified.put(token, claims);
        }
        return claims.holdAt(secondsOf(clock.instant())) ? claims.caller() : null;
    }

    private @Nullable Claims verify(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return null;
        }
        try {
            Struct head = json(parts[0]);
            if (!algorithm
                    .jwtName()
                    .equals(head.getFieldsOrDefault("alg", Value.getDefaultInstance())
                            .getStringValue())) {
                return null;
            }
            byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
            if (!algorithm.isSignature(DECODER.decode(parts[2]), signed, verifier)) {
                return null;
            }
            return claimsOf(json(parts[1]));
        } catch (IllegalArgumentException | InvalidProtocolBufferException | GeneralSecurityException malformed) {
            return null;
        }
    }

    private static Struct json(String encoded) throws InvalidProtocolBufferException {
        Struct.Builder object = Struct.newBuilder();
        JsonFormat.parser().merge(new String(DECODER.decode(encoded), StandardCharsets.UTF_8), object);
        return object.build();
    }

    private static @Nullable Claims claimsOf(Struct claims) {
        Value expires = claims.getFieldsOrDefault("exp", number(Double.POSITIVE_INFINITY));
        Value notBefore = claims.getFieldsOrDefault("nbf", number(Double.NEGATIVE_INFINITY));
        Value user = claims.getFieldsOrDefault("username", Value.getDefaultInstance());
        Value revision = claims.getFieldsOrDefault("revision", Value.getDefaultInstance());
        boolean wellFormed = expires.hasNumberValue()
                && notBefore.hasNumberValue()
                && user.hasStringValue()
                && revision.hasNumberValue();
        return wellFormed
                ? new Claims(
                        new Caller(user.getStringValue(), (long) revision.getNumberValue()),
                        expires.getNumberValue(),
                        notBefore.getNumberValue())
                : null;
    }

    private static Value number(double number) {
        return Value.newBuilder().setNumberValue(number).build();
    }

    private static double secondsOf(Instant instant) {
        return instant.getEpochSecond() + instant.getNano() / 1e9;
    }
}
