package io.metastore.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.metastore.api.EtcdError;
import io.metastore.server.config.GoDuration;
import io.metastore.storage.auth.AuthState;
import io.metastore.storage.auth.AuthStore;
import io.metastore.storage.auth.Caller;
import io.metastore.storage.engine.MemoryEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class JwtTokensTest {
    /** The example of RFC 7515, appendix A.1: signed by others, and expired in 2011. */
    private static final String RFC_TOKEN = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
            + "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
            + "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private static final String RFC_KEY =
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

    @TempDir
    Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final AuthState auth = new AuthStore(new MemoryEngine()).state();

    @ParameterizedTest
    @EnumSource(JwtAlgorithm.class)
    void tokenIsOfItsUserUntilItExpires(JwtAlgorithm algorithm) throws Exception {
        Tokens tokens = tokens(withPrivateKey(algorithm, pairFor(algorithm)) + ",ttl=10m");
        String token = tokens.issue("u\u00fc\"\\", 12345);

        assertThat(token.split("\\.")).hasSize(3);
        assertThat(text(token.split("\\.")[0]))
                .isEqualTo("{\"alg\":\"%s\",\"typ\":\"JWT\"}".formatted(algorithm.jwtName()));
        assertThat(tokens.callerOf(token, auth)).isEqualTo(new Caller("u\u00fc\"\\", 12345));
        pass(Duration.ofMinutes(10).minusSeconds(1));
        assertThat(tokens.callerOf(token, auth)).isNotNull();
        pass(Duration.ofSeconds(1));
        assertThat(tokens.callerOf(token, auth)).isNull();
    }

    @ParameterizedTest
    @EnumSource(JwtAlgorithm.class)
    void nothingInATokenCanBeChanged(JwtAlgorithm algorithm) throws Exception {
        Tokens tokens = tokens(withPrivateKey(algorithm, pairFor(algorithm)));
        String token = tokens.issue("u", 3);
        String forged = token.split("\\.")[0] + "."
                + base64(text(token.split("\\.")[1]).replace("\"u\"", "\"root\"")) + "." + token.split("\\.")[2];
        assertThat(forged).isNotEqualTo(token);
        assertThat(tokens.callerOf(forged, auth)).isNull();
        byte[] signature = Base64.getUrlDecoder().decode(token.split("\\.")[2]);
        signature[signature.length / 2] ^= 1;
        String broken = token.substring(0, token.lastIndexOf('.') + 1)
                + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
        assertThat(tokens.callerOf(broken, auth)).isNull();
        assertThat(tokens(withPrivateKey(algorithm, pairFor(algorithm))).callerOf(token, auth))
                .as("with another key")
                .isNull();
    }

    /** Whatever a token says it is signed with: a public key must not serve as a shared secret. */
    @Test
    void onlyTheConfiguredAlgorithmCounts() throws Exception {
        KeyPair pair = pairFor(JwtAlgorithm.RS256);
        Tokens tokens = tokens(withPrivateKey(JwtAlgorithm.RS256, pair));
        for (JwtAlgorithm other : List.of(JwtAlgorithm.RS512, JwtAlgorithm.PS256)) {
            String token = tokens(withPrivateKey(other, pair)).issue("root", 1);
            assertThat(tokens.callerOf(token, auth)).as(other.name()).isNull();
        }
        Path publicKey = pem("PUBLIC KEY", pair.getPublic().getEncoded());
        String withSecret =
                tokens("jwt,sign-method=HS256,priv-key=" + publicKey).issue("root", 1);
        assertThat(tokens.callerOf(withSecret, auth)).isNull();
        String claims = withSecret.split("\\.")[1];
        for (String alg : List.of("none", "None", "NONE", "")) {
            String unsigned = base64("{\"alg\":\"%s\",\"typ\":\"JWT\"}".formatted(alg)) + "." + claims + ".";
            assertThat(tokens.callerOf(unsigned, auth)).as(alg).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "...",
                "a.b",
                "a.b.c",
                "a.b.c.d",
                "e30.e30.",
                "e30.e30.e30",
                "\u00fc.\u00fc.\u00fc",
                "bnVsbA.bnVsbA.bnVsbA",
                "W10.W10.W10"
            })
    void whatIsNoTokenIsNobodys(String token) throws Exception {
        assertThat(tokens(withPrivateKey(JwtAlgorithm.HS256, null)).callerOf(token, auth))
                .isNull();
    }

    /** Well signed, but not what a token must say. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"username\":\"u\",\"revision\":3} | true",
                "{\"username\":\"u\",\"revision\":3,\"exp\":9999999999,\"nbf\":1} | true",
                "{\"username\":\"u\",\"revision\":3,\"exp\":1} | false",
                "{\"username\":\"u\",\"revision\":3,\"exp\":\"9999999999\"} | false",
                "{\"username\":\"u\",\"revision\":3,\"nbf\":9999999999} | false",
                "{\"username\":\"u\"} | false",
                "{\"revision\":3} | false",
                "{\"username\":7,\"revision\":3} | false",
                "{\"username\":\"u\",\"revision\":\"3\"} | false",
                "[] | false",
            })
    void claimsMustBeComplete(String claims, boolean good) throws Exception {
        Path secret = secret();
        String signed = base64("{\"alg\":\"HS256\"}") + "." + base64(claims);
        Key key = new javax.crypto.spec.SecretKeySpec(Files.readAllBytes(secret), "HmacSHA256");
        byte[] signature = JwtAlgorithm.HS256.sign(signed.getBytes(StandardCharsets.US_ASCII), key);
        String token = signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);

        Caller caller = tokens("jwt,sign-method=HS256,priv-key=" + secret).callerOf(token, auth);

        assertThat(caller).isEqualTo(good ? new Caller("u", 3) : null);
    }

    @Test
    void theExampleOfTheStandardIsWellSigned() throws Exception {
        byte[] key = Base64.getUrlDecoder().decode(RFC_KEY);
        int dot = RFC_TOKEN.lastIndexOf('.');

        assertThat(JwtAlgorithm.HS256.isSignature(
                        Base64.getUrlDecoder().decode(RFC_TOKEN.substring(dot + 1)),
                        RFC_TOKEN.substring(0, dot).getBytes(StandardCharsets.US_ASCII),
                        new javax.crypto.spec.SecretKeySpec(key, "HmacSHA256")))
                .isTrue();
    }

    /** With the public key alone: whoever has it checks what others sign, and signs nothing. */
    @ParameterizedTest
    @EnumSource(value = JwtAlgorithm.class, mode = EnumSource.Mode.MATCH_NONE, names = "HS.*")
    void publicKeyOnlyVerifies(JwtAlgorithm algorithm) throws Exception {
        KeyPair pair = pairFor(algorithm);
        String token = tokens(withPrivateKey(algorithm, pair)).issue("u", 3);
        Path publicKey = pem("PUBLIC KEY", pair.getPublic().getEncoded());
        Tokens verifier = tokens("jwt,sign-method=%s,pub-key=%s".formatted(algorithm.jwtName(), publicKey));

        assertThat(verifier.callerOf(token, auth)).isEqualTo(new Caller("u", 3));
        assertThatThrownBy(() -> verifier.issue("u", 3)).hasMessage(EtcdError.VERIFY_ONLY_KEY.text());
    }

    @ParameterizedTest
    @EnumSource(value = JwtAlgorithm.class, mode = EnumSource.Mode.MATCH_NONE, names = "HS.*")
    void bothKeysMustBeOfOnePair(JwtAlgorithm algorithm) throws Exception {
        KeyPair pair = pairFor(algorithm);
        String both = withPrivateKey(algorithm, pair) + ",pub-key=";

        tokens(both + pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        Path others = pem("PUBLIC KEY", pairFor(algorithm).getPublic().getEncoded());
        assertThatThrownBy(() -> tokens(both + others)).hasMessageStartingWith(EtcdError.KEY_MISMATCH.text());
    }

    /** Files as openssl writes them, in the older forms too. */
    @Test
    void readsKeysInAllTheirForms() throws Exception {
        KeyPair pair = pairFor(JwtAlgorithm.RS256);
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) pair.getPrivate();
        // PKCS#8 wraps the older form in its last 26 bytes less.
        byte[] pkcs8 = key.getEncoded();
        Path pkcs1 = pem("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, 26, pkcs8.length));
        byte[] spki = pair.getPublic().getEncoded();
        Path pkcs1Public = pem("RSA PUBLIC KEY", Arrays.copyOfRange(spki, 24, spki.length));

        String token = tokens("jwt,sign-method=RS256,priv-key=" + pkcs1 + ",pub-key=" + pkcs1Public)
                .issue("u", 3);

        assertThat(tokens("jwt,sign-method=RS256,pub-key=" + pkcs1Public).callerOf(token, auth))
                .isNotNull();
    }

    @Test
    void readsAPublicKeyFromACertificate() throws Exception {
        Path key = copy("rsa-key.pem");
        Path certificate = copy("rsa-cert.pem");
        String token = tokens("jwt,sign-method=RS256,priv-key=%s,pub-key=%s".formatted(key, certificate))
                .issue("u", 3);

        assertThat(tokens("jwt,sign-method=RS256,pub-key=" + certificate).callerOf(token, auth))
                .isEqualTo(new Caller("u", 3));
    }

    @ParameterizedTest
    @CsvSource({"ES256, ec-p256.pem", "ES384, ec-p384.pem", "ES512, ec-p521.pem"})
    void readsKeysOfEllipticCurvesInTheirOwnForm(String algorithm, String file) throws Exception {
        Tokens tokens = tokens("jwt,sign-method=%s,priv-key=%s".formatted(algorithm, copy(file)));

        assertThat(tokens.callerOf(tokens.issue("u", 3), auth)).isEqualTo(new Caller("u", 3));
    }

    @Test
    void publicKeyOfAnEdwardsCurveIsComputed() throws Exception {
        for (int i = 0; i < 5; i++) {
            KeyPair pair = pairFor(JwtAlgorithm.EDDSA);
            assertThat(pair.getPrivate()).isInstanceOf(EdECPrivateKey.class);
            assertThat(PemKeys.publicOf(pair.getPrivate(), JwtAlgorithm.EDDSA)).isEqualTo(pair.getPublic());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jwt",
                "jwt,sign-method=none",
                "jwt,sign-method=RS257,priv-key={rsa}",
                "jwt,sign-method=rs256,priv-key={rsa}",
                "jwt,sign-method=RS256,priv-key=/no/such/file",
                "jwt,sign-method=RS256,priv-key={rsa},ttl=soon",
                "jwt,sign-method=RS256,sign-method=RS256,priv-key={rsa}",
                "jwt,sign-method",
                "jwt,sign-method=RS256=x",
                "jwt,sign-method=ES256,priv-key={rsa}",
                "jwt,sign-method=ES256,priv-key={p384}",
                "jwt,sign-method=RS256,priv-key={p384}",
                "jwt,sign-method=EdDSA,priv-key={rsa}",
                "jwt,sign-method=RS256,priv-key={text}",
                "unknown",
                "simple,x"
            })
    void refusesToStartWithOtherOptions(String options) throws Exception {
        String filled = options.replace("{rsa}", copy("rsa-key.pem").toString())
                .replace("{p384}", copy("ec-p384.pem").toString())
                .replace(
                        "{text}",
                        Files.writeString(directory.resolve("text"), "no key").toString());

        assertThatThrownBy(() -> tokens(filled))
                .isInstanceOf(TokenOptions.InvalidOptionsException.class)
                .hasMessageStartingWith(EtcdError.INVALID_AUTH_OPTIONS.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"jwt,sign-method=RS256", "jwt,sign-method=HS256", "jwt,sign-method=HS256,pub-key={rsa}"})
    void refusesToStartWithoutAKey(String options) {
        assertThatThrownBy(() ->
                        tokens(options.replace("{rsa}", copy("rsa-key.pem").toString())))
                .hasMessageStartingWith(EtcdError.MISSING_KEY_DATA.text());
    }

    @Test
    void withoutAKindThereAreNoTokens() throws Exception {
        Tokens none = tokens("");

        assertThat(none.callerOf("abc.7", auth)).isNull();
        assertThatThrownBy(() -> none.issue("u", 1)).hasMessage(EtcdError.AUTH_FAILED.text());
    }

    private Tokens tokens(String options) throws Exception {
        return new TokenOptions(text ->
                        GoDuration.parse(text).orElseThrow(() -> new IllegalArgumentException("no duration: " + text)))
                .tokens(new AuthConfig(options, Duration.ofMinutes(5), 4), System::nanoTime, now::get);
    }

    private void pass(Duration duration) {
        now.updateAndGet(before -> before.plus(duration));
    }

    private String withPrivateKey(JwtAlgorithm algorithm, KeyPair pair) throws Exception {
        Path file =
                pair == null ? secret() : pem("PRIVATE KEY", pair.getPrivate().getEncoded());
        return "jwt,sign-method=%s,priv-key=%s".formatted(algorithm.jwtName(), file);
    }

    /** Null for a shared secret. */
    private static KeyPair pairFor(JwtAlgorithm algorithm) throws Exception {
        return switch (algorithm.kind()) {
            case HMAC -> null;
            case RSA -> {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                yield generator.generateKeyPair();
            }
            case EC -> {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec("secp%dr1".formatted(algorithm.curveBits())));
                yield generator.generateKeyPair();
            }
            case ED -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        };
    }

    private final List<Path> files = new ArrayList<>();

    private Path secret() throws IOException {
        byte[] secret = new byte[7];
        new java.security.SecureRandom().nextBytes(secret);
        return file(secret);
    }

    private Path pem(String label, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return file("-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
                .formatted(label, body)
                .getBytes(StandardCharsets.US_ASCII));
    }

    private Path copy(String resource) throws IOException {
        try (var in = JwtTokensTest.class.getResourceAsStream("/keys/" + resource)) {
            return file(in.readAllBytes());
        }
    }

    private Path file(byte[] content) throws IOException {
        Path file = Files.write(directory.resolve("key" + files.size()), content);
        files.add(file);
        return file;
    }

    private static String text(String base64) {
        return new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
