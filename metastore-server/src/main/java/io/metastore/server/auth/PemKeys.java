package io.metastore.server.auth;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EllipticCurve;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys from PEM files, in every form that etcd takes: PKCS#8 or the older form of the kind for a private key, a public key
 * or a certificate that holds it for a public one.
 */
public final class PemKeys {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] RSA_OID = HEX.parseHex("06092a864886f70d010101");
    private static final byte[] EC_OID = HEX.parseHex("06072a8648ce3d0201");
    /** By the bits of the field: P-256, P-384, P-521. */
    private static final Map<Integer, String> CURVE_OIDS =
            Map.of(256, "06082a8648ce3d030107", 384, "06052b81040022", 521, "06052b81040023");

    private static final byte[] DER_NULL = {5, 0};
    private static final byte[] DER_ZERO = {2, 1, 0};
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 4;
    private static final int BIT_STRING = 3;

    private PemKeys() {}

    private static final class Block {
        private final String label;
        private final byte[] der;

        Block(String label, byte[] der) {
            this.label = label;
            this.der = der;
        }
    }

    static PrivateKey privateKey(byte[] pem, JwtAlgorithm algorithm) throws GeneralSecurityException {
        Block block = block(pem);
        byte[] pkcs8 =
                switch (block.label) {
                    case "RSA PRIVATE KEY" -> pkcs8(der(SEQUENCE, RSA_OID, DER_NULL), block.der);
                    case "EC PRIVATE KEY" ->
                        pkcs8(der(SEQUENCE, EC_OID, curveOid(block.der, algorithm.curveBits())), block.der);
                    default -> block.der;
                };
        return factory(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    static PublicKey publicKey(byte[] pem, JwtAlgorithm algorithm) throws GeneralSecurityException {
        Block block = block(pem);
        return switch (block.label) {
            case "CERTIFICATE" -> {
                PublicKey certified = CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(block.der))
                        .getPublicKey();
                // Through the factory, which refuses a key of another kind.
                yield factory(algorithm).generatePublic(new X509EncodedKeySpec(certified.getEncoded()));
            }
            case "RSA PUBLIC KEY" ->
                factory(algorithm)
                        .generatePublic(new X509EncodedKeySpec(der(
                                SEQUENCE, der(SEQUENCE, RSA_OID, DER_NULL), der(BIT_STRING, new byte[1], block.der))));
            default -> factory(algorithm).generatePublic(new X509EncodedKeySpec(block.der));
        };
    }

    /**
     * The private key that belongs to a certificate's public key, from a file that may hold the certificate too.
     *
     * @throws GeneralSecurityException if there is none, or if it is another's
     */
    public static PrivateKey privateKeyOf(byte[] pem, PublicKey certified) throws GeneralSecurityException {
        boolean curve = certified instanceof ECPublicKey;
        int bits = curve
                ? ((ECPublicKey) certified).getParams().getCurve().getField().getFieldSize()
                : 0;
        Matcher matcher = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            String label = matcher.group(1);
            if (!label.endsWith("PRIVATE KEY")) {
                continue;
            }
            byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
            byte[] pkcs8 =
                    switch (label) {
                        case "RSA PRIVATE KEY" -> pkcs8(der(SEQUENCE, RSA_OID, DER_NULL), der);
                        case "EC PRIVATE KEY" -> pkcs8(der(SEQUENCE, EC_OID, curveOid(der, bits)), der);
                        default -> der;
                    };
            PrivateKey key =
                    KeyFactory.getInstance(certified.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            requirePair(key, certified);
            return key;
        }
        throw new InvalidKeySpecException("no private key in the file");
    }

    private static void requirePair(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (certified.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> certified.getAlgorithm();
                });
        byte[] anything = {1, 2, 3};
        signature.initSign(key);
        signature.update(anything);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(anything);
        if (!signature.verify(signed)) {
            throw new InvalidKeySpecException("private key does not match public key");
        }
    }

    private static KeyFactory factory(JwtAlgorithm algorithm) throws GeneralSecurityException {
        return KeyFactory.getInstance(
                switch (algorithm.kind()) {
                    case RSA -> "RSA";
                    case EC -> "EC";
                    case ED -> "Ed25519";
                    case HMAC -> throw new IllegalArgumentException("a shared secret is no key file");
                });
    }

    private static Block block(byte[] pem) throws InvalidKeySpecException {
        Matcher matcher = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            // Beside a key of an elliptic curve, tools write a block that names the curve.
            if (!matcher.group(1).equals("EC PARAMETERS")) {
                return new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2)));
            }
        }
        throw new InvalidKeySpecException("no PEM block");
    }

    /** Of the key itself, if it names one: whether that is the right one is for others to say. */
    private static byte[] curveOid(byte[] key, int bits) throws InvalidKeySpecException {
        String named = HEX.formatHex(key);
        for (String oid : CURVE_OIDS.values()) {
            if (named.contains(oid)) {
                return HEX.parseHex(oid);
            }
        }
        String oid = CURVE_OIDS.get(bits);
        if (oid == null) {
            throw new InvalidKeySpecException("a key of this elliptic curve is not taken here");
        }
        return HEX.parseHex(oid);
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, DER_ZERO, algorithm, der(OCTET_STRING, key));
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else {
            byte[] bytes = BigInteger.valueOf(length).toByteArray();
            int from = bytes[0] == 0 ? 1 : 0;
            out.write(0x80 | (bytes.length - from));
            out.write(bytes, from, bytes.length - from);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    /** The other half of a private key. */
    static PublicKey publicOf(PrivateKey key, JwtAlgorithm algorithm) throws GeneralSecurityException {
        if (key instanceof RSAPrivateCrtKey rsa) {
            return factory(algorithm).generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent()));
        }
        if (key instanceof ECPrivateKey ec) {
            ECPoint point = multiple(ec.getParams().getCurve(), ec.getParams().getGenerator(), ec.getS());
            return factory(algorithm).generatePublic(new ECPublicKeySpec(point, ec.getParams()));
        }
        if (key instanceof EdECPrivateKey ed) {
            byte[] seed = ed.getBytes().orElseThrow(() -> new InvalidKeySpecException("a key without its bytes"));
            return publicOfSeed(seed);
        }
        throw new InvalidKeySpecException("no public key can be had of " + key.getAlgorithm());
    }

    /** The generator of key pairs takes its randomness, which is the private key, from here. */
    private static PublicKey publicOfSeed(byte[] seed) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(NamedParameterSpec.ED25519, new SecureRandom() {
            private static final long serialVersionUID = 1;

            @Override
            public void nextBytes(byte[] bytes) {
                System.arraycopy(seed, 0, bytes, 0, bytes.length);
            }
        });
        var pair = generator.generateKeyPair();
        byte[] made = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
        if (!Arrays.equals(made, seed)) {
            throw new InvalidKeySpecException("cannot compute the public key: give it by pub-key");
        }
        return pair.getPublic();
    }

    /** Double and add, once at start: no secret leaks by the time it takes. */
    private static ECPoint multiple(EllipticCurve curve, ECPoint point, BigInteger times) {
        BigInteger prime = ((ECFieldFp) curve.getField()).getP();
        ECPoint sum = ECPoint.POINT_INFINITY;
        for (int bit = times.bitLength() - 1; bit >= 0; bit--) {
            sum = sum(sum, sum, curve.getA(), prime);
            if (times.testBit(bit)) {
                sum = sum(sum, point, curve.getA(), prime);
            }
        }
        return sum;
    }

    private static ECPoint sum(ECPoint left, ECPoint right, BigInteger a, BigInteger prime) {
        if (left.equals(ECPoint.POINT_INFINITY)) {
            return right;
        }
        if (right.equals(ECPoint.POINT_INFINITY)) {
            return left;
        }
        BigInteger slope;
        if (left.equals(right)) {
            BigInteger x = left.getAffineX();
            BigInteger rise = x.multiply(x).multiply(BigInteger.valueOf(3)).add(a);
            slope = rise.multiply(left.getAffineY().shiftLeft(1).modInverse(prime));
        } else if (left.getAffineX().equals(right.getAffineX())) {
            return ECPoint.POINT_INFINITY;
        } else {
            BigInteger run = right.getAffineX().subtract(left.getAffineX()).mod(prime);
            slope = right.getAffineY().subtract(left.getAffineY()).multiply(run.modInverse(prime));
        }
        BigInteger x = slope.multiply(slope)
                .subtract(left.getAffineX())
                .subtract(right.getAffineX())
                .mod(prime);
        BigInteger y = slope.multiply(left.getAffineX().subtract(x))
                .subtract(left.getAffineY())
                .mod(prime);
        return new ECPoint(x, y);
    }
}
