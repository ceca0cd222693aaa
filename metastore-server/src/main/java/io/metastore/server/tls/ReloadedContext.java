package io.metastore.server.tls;

import io.netty.handler.ssl.SslContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A context of TLS, made anew when the files have changed that it is made of. Files that make no context (a certificate whose
 * key is not there yet) leave the one before in place, with one warning.
 *
 * <p>Thread-safe.
 */
final class ReloadedContext {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadedContext.class);

    /** Makes a context of what the files hold. */
    interface Maker {
        SslContext make(TlsFiles files) throws GeneralSecurityException, SSLException;
    }

    private final @Nullable Path certificate;
    private final @Nullable Path key;
    private final @Nullable Path trustedCa;
    private final Maker maker;
    private volatile Loaded loaded;
    // The files that were warned of; guarded by this.
    private @Nullable TlsFiles refused;
    private boolean unreadable;

    private record Loaded(TlsFiles files, SslContext context) {}

    /**
     * Reads the files; one that is null counts as empty.
     *
     * @throws IOException if they make no context, with a message for the operator
     */
    ReloadedContext(@Nullable Path certificate, @Nullable Path key, @Nullable Path trustedCa, Maker maker)
            throws IOException {
        this.certificate = certificate;
        this.key = key;
        this.trustedCa = trustedCa;
        this.maker = maker;
        TlsFiles files;
        try {
            files = TlsFiles.read(certificate, key, trustedCa);
        } catch (IOException unreadable) {
            throw new IOException("TLS files cannot be read: " + unreadable, unreadable);
        }
        try {
            this.loaded = new Loaded(files, maker.make(files));
        } catch (GeneralSecurityException | SSLException | IllegalArgumentException unusable) {
            throw new IOException(
                    "TLS files %s, %s cannot be used: %s".formatted(certificate, key, unusable.getMessage()), unusable);
        }
    }

    /** By the files as they are now. */
    SslContext current() {
        Loaded now = loaded;
        try {
            TlsFiles files = TlsFiles.read(certificate, key, trustedCa);
            return files.sameAs(now.files) ? now.context : reloaded(files);
        } catch (IOException gone) {
            warnOfUnreadable(gone);
            return now.context;
        }
    }

    private synchronized SslContext reloaded(TlsFiles files) {
        unreadable = false;
        if (files.sameAs(loaded.files) || (refused != null && files.sameAs(refused))) {
            return loaded.context;
        }
        try {
            loaded = new Loaded(files, maker.make(files));
            refused = null;
            LOG.info("TLS files changed: new connections use them cert-file={}", certificate);
        } catch (GeneralSecurityException | SSLException | IllegalArgumentException unusable) {
            refused = files;
            LOG.warn(
                    "TLS files changed and cannot be used: new connections use those before cert-file={} error={}",
                    certificate,
                    unusable.getMessage());
        }
        return loaded.context;
    }

    private synchronized void warnOfUnreadable(IOException gone) {
        if (!unreadable) {
            unreadable = true;
            LOG.warn("TLS files cannot be read: new connections use those before error={}", gone.toString());
        }
    }

    static X509Certificate[] certificates(byte[] pem) throws CertificateException {
        X509Certificate[] chain =
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)).stream()
                        .map(X509Certificate.class::cast)
                        .toArray(X509Certificate[]::new);
        if (chain.length == 0) {
            throw new CertificateException("no certificate in the file");
        }
        return chain;
    }
}
