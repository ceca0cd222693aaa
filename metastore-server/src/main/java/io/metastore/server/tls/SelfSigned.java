package io.metastore.server.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of {@code --auto-tls} and {@code --peer-auto-tls}: signed by itself, kept in the data directory, made where
 * there is none (etcd: client/pkg/transport/listener.go, SelfCert).
 */
final class SelfSigned {
    private static final Logger LOG = LoggerFactory.getLogger(SelfSigned.class);
    private static final String CURVE = "secp256r1";

    private SelfSigned() {}

    /** The same configuration with the files of that certificate. */
    static TlsConfig in(TlsConfig config) throws IOException {
        Path directory = config.selfSignedDirectory();
        if (directory == null) {
            throw new IOException("TLS key/cert (--cert-file, --key-file) must be provided");
        }
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        if (!Files.exists(certificate) || !Files.exists(key)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            make(certificate, key, config.selfSignedHosts(), config.selfSignedYears());
        }
        return withFiles(config, certificate, key);
    }

    private static TlsConfig withFiles(TlsConfig config, Path certificate, Path key) {
        return new TlsConfig(
                certificate,
                key,
                config.trustedCa(),
                config.clientCertAuth(),
                config.revoked(),
                config.allowedNames(),
                config.allowedCommonNames(),
                config.verifiesAddresses(),
                config.callCertificate(),
                config.callKey(),
                config.cipherSuites(),
                config.versions(),
                config.selfSignedDirectory(),
                config.selfSignedHosts(),
                config.selfSignedYears());
    }

    private static void make(Path certificate, Path key, List<String> hosts, int years) throws IOException {
        Instant now = Instant.now();
        Instant end = now.plus(Duration.ofDays(365L * years));
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            KeyPair pair = generator.generateKeyPair();
            X500Name name = new X500Name("O=metastore");
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    new BigInteger(127, new SecureRandom()),
                    Date.from(now),
                    Date.from(end),
                    name,
                    pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(Extension.subjectAlternativeName, false, names(hosts));
            X509CertificateHolder signed =
                    builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
            X509Certificate made = new JcaX509CertificateConverter().getCertificate(signed);
            // The key first: a certificate without it would not be replaced.
            Files.deleteIfExists(key);
            Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(key, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            Files.write(certificate, pem("CERTIFICATE", made.getEncoded()));
        } catch (GeneralSecurityException | OperatorCreationException impossible) {
            throw new IOException("cannot make a certificate signed by itself", impossible);
        }
        LOG.warn("automatically generate certificates cert-file={} hosts={} not-after={}", certificate, hosts, end);
    }

    private static GeneralNames names(List<String> hosts) {
        return new GeneralNames(hosts.stream()
                .map(host -> new GeneralName(
                        host.matches("[0-9.]+|.*:.*") ? GeneralName.iPAddress : GeneralName.dNSName, host))
                .toArray(GeneralName[]::new));
    }

    private static byte[] pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, body, label)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
