package io.metastore.server.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** An authority that signs what a test asks for. */
public final class TestCa {
    private static final Duration LONG = Duration.ofDays(2);
    private static final GeneralNames EVERY_NAME_OF_LOOPBACK = new GeneralNames(new GeneralName[] {
        new GeneralName(GeneralName.dNSName, "localhost"), new GeneralName(GeneralName.iPAddress, "127.0.0.1")
    });

    private final Path directory;
    private final String name;
    private final KeyPair keys;
    private final Path certificate;
    private int serial = 1;

    /** Files of a certificate and its key. */
    public record Issued(Path certificate, Path key, BigInteger serial) {}

    public TestCa(Path directory, String name) {
        this.directory = directory;
        this.name = "CN=" + name;
        this.keys = newKeys();
        this.certificate = directory.resolve(name + ".pem");
        write(certificate, "CERTIFICATE", sign(this.name, keys, Instant.now().plus(LONG), BigInteger.ONE, null));
    }

    public Path certificate() {
        return certificate;
    }

    /** For localhost and 127.0.0.1, as client and as server. */
    public Issued issue(String commonName) {
        return issue(commonName, Instant.now().plus(LONG));
    }

    public Issued issue(String commonName, Instant end) {
        return issue(commonName, end, EVERY_NAME_OF_LOOPBACK);
    }

    /** For these alone, such as {@code new GeneralName(GeneralName.dNSName, "host")}. */
    public Issued issueFor(String commonName, GeneralName... names) {
        return issue(commonName, Instant.now().plus(LONG), new GeneralNames(names));
    }

    private Issued issue(String commonName, Instant end, GeneralNames names) {
        KeyPair pair = newKeys();
        BigInteger number = BigInteger.valueOf(++serial);
        Path file = directory.resolve("%s-%s-%d.pem".formatted(name.substring(3), commonName, serial));
        Path key = directory.resolve(file.getFileName() + ".key");
        write(file, "CERTIFICATE", sign("CN=" + commonName, pair, end, number, names));
        write(key, "PRIVATE KEY", pair.getPrivate().getEncoded());
        return new Issued(file, key, number);
    }

    /** A list that revokes these. */
    public void revoke(Path list, Issued... revoked) {
        X509v2CRLBuilder builder = new X509v2CRLBuilder(new X500Name(name), new Date());
        for (Issued one : revoked) {
            builder.addCRLEntry(one.serial(), new Date(), CRLReason.keyCompromise);
        }
        X509CRLHolder made = builder.build(signer());
        try {
            Files.write(list, made.getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ContentSigner signer() {
        try {
            return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
        } catch (OperatorCreationException e) {
            throw new AssertionError(e);
        }
    }

    /** An authority is for no names. */
    private byte[] sign(String subject, KeyPair pair, Instant end, BigInteger number, @Nullable GeneralNames names) {
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Name(name),
                    number,
                    Date.from(Instant.now().minus(LONG)),
                    Date.from(end),
                    new X500Name(subject),
                    pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(names == null));
            if (names != null) {
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                }));
                builder.addExtension(Extension.subjectAlternativeName, false, names);
            }
            X509Certificate made = new JcaX509CertificateConverter().getCertificate(builder.build(signer()));
            return made.getEncoded();
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static void write(Path file, String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        try {
            Files.writeString(
                    file,
                    "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, body, label),
                    StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
