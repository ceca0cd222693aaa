package io.metastore.bench.arena;

import io.metastore.bench.http2.Access;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a server on 127.0.0.1 shows its clients over TLS: a P-256 certificate signed by itself, and its key, both in PEM. */
public record ServerCertificate(Path certificate, Path key) {
    private static final String PASSWORD = "benchmark";
    private static final String ALIAS = "server";
    private static final int KEYTOOL_SECONDS = 60;

    /** Makes one, by the {@code keytool} of the JDK that runs this. */
    public static ServerCertificate make(Path dir) {
        Path store = dir.resolve("server.p12");
        try {
            Files.createDirectories(dir);
            keytool(store);
            KeyStore made = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                made.load(in, PASSWORD.toCharArray());
            }
            Path certificate = pem(
                    dir.resolve("cert.pem"),
                    "CERTIFICATE",
                    made.getCertificate(ALIAS).getEncoded());
            Path key = pem(
                    dir.resolve("key.pem"),
                    "PRIVATE KEY",
                    made.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
            return new ServerCertificate(certificate, key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no certificate: " + e.getMessage(), e);
        }
    }

    private static void keytool(Path store) throws IOException {
        Path log = store.resolveSibling("keytool.log");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-validity",
                        "30")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IllegalStateException("keytool: " + Files.readString(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            keytool.destroyForcibly();
        }
    }

    private static Path pem(Path file, String kind, byte[] der) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                file,
                "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind),
                StandardCharsets.US_ASCII);
    }

    /** etcd's flags for it. */
    List<String> flags() {
        return List.of("--cert-file=" + certificate, "--key-file=" + key);
    }

    /** How clients come to who shows it. */
    public Access access() {
        return Access.trusting(certificate);
    }
}
