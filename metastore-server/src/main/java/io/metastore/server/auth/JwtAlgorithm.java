package io.metastore.server.auth;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/** How tokens are signed, by the names of RFC 7518 and 8037; all that etcd knows, and never "none". */
enum JwtAlgorithm {
    HS256(Kind.HMAC, "HmacSHA256"),
    HS384(Kind.HMAC, "HmacSHA384"),
    HS512(Kind.HMAC, "HmacSHA512"),
    RS256(Kind.RSA, "SHA256withRSA"),
    RS384(Kind.RSA, "SHA384withRSA"),
    RS512(Kind.RSA, "SHA512withRSA"),
    PS256(Kind.RSA, "RSASSA-PSS"),
    PS384(Kind.RSA, "RSASSA-PSS"),
    PS512(Kind.RSA, "RSASSA-PSS"),
    ES256(Kind.EC, "SHA256withECDSAinP1363Format"),
    ES384(Kind.EC, "SHA384withECDSAinP1363Format"),
    ES512(Kind.EC, "SHA512withECDSAinP1363Format"),
    EDDSA(Kind.ED, "Ed25519");

    /** What kind of key it takes. */
    enum Kind {
        HMAC,
        RSA,
        EC,
        ED
    }

    private final Kind kind;
    private final String jcaName;

    JwtAlgorithm(Kind kind, String jcaName) {
        this.kind = kind;
        this.jcaName = jcaName;
    }

    private @Nullable PSSParameterSpec parameters() {
        return switch (this) {
            case PS256 -> pss("SHA-256", MGF1ParameterSpec.SHA256, 32);
            case PS384 -> pss("SHA-384", MGF1ParameterSpec.SHA384, 48);
            case PS512 -> pss("SHA-512", MGF1ParameterSpec.SHA512, 64);
            case HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384, ES512, EDDSA -> null;
        };
    }

    private static PSSParameterSpec pss(String digest, MGF1ParameterSpec mask, int saltBytes) {
        return new PSSParameterSpec(digest, "MGF1", mask, saltBytes, PSSParameterSpec.TRAILER_FIELD_BC);
    }

    static Optional<JwtAlgorithm> named(String name) {
        return Arrays.stream(values())
                .filter(each -> each.jwtName().equals(name))
                .findFirst();
    }

    /** As the header of a token names it. */
    String jwtName() {
        return this == EDDSA ? "EdDSA" : name();
    }

    Kind kind() {
        return kind;
    }

    String jcaName() {
        return jcaName;
    }

    /** The bits of the curve's field that goes with it; 0 where there is no curve to choose. */
    int curveBits() {
        return switch (this) {
            case ES256 -> 256;
            case ES384 -> 384;
            case ES512 -> 521;
            case HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, EDDSA -> 0;
        };
    }

    byte[] sign(byte[] data, Key key) throws GeneralSecurityException {
        if (kind == Kind.HMAC) {
            return mac(data, key);
        }
        Signature signature = signature();
        signature.initSign((PrivateKey) key);
        signature.update(data);
        return signature.sign();
    }

    boolean isSignature(byte[] claimed, byte[] data, Key key) throws GeneralSecurityException {
        if (kind == Kind.HMAC) {
            return MessageDigest.isEqual(mac(data, key), claimed);
        }
        Signature signature = signature();
        signature.initVerify((PublicKey) key);
        signature.update(data);
        return signature.verify(claimed);
    }

    private byte[] mac(byte[] data, Key key) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(jcaName);
        mac.init(key);
        return mac.doFinal(data);
    }

    private Signature signature() throws GeneralSecurityException {
        Signature signature = Signature.getInstance(jcaName);
        PSSParameterSpec parameters = parameters();
        if (parameters != null) {
            signature.setParameter(parameters);
        }
        return signature;
    }
}
