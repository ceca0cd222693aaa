package io.metastore.server.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whom this member believes that it has reached, when it calls another. */
final class CalledTrust extends X509ExtendedTrustManager {
    /** By authorities and host; null where certificates are signed by themselves. */
    private final @Nullable X509ExtendedTrustManager authorities;

    private final AllowedNames allowed;

    private CalledTrust(@Nullable X509ExtendedTrustManager authorities, AllowedNames allowed) {
        this.authorities = authorities;
        this.allowed = allowed;
    }

    /** Without authorities of its own, those of the system (Go: RootCAs). */
    static CalledTrust of(TlsConfig config, byte[] trustedCa) throws GeneralSecurityException {
        if (config.isSelfSigned()) {
            return new CalledTrust(null, AllowedNames.of(config));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trustedCa.length == 0 ? null : store(ReloadedContext.certificates(trustedCa)));
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return new CalledTrust(extended, AllowedNames.of(config));
            }
        }
        throw new GeneralSecurityException("no trust manager that verifies hosts");
    }

    private static KeyStore store(X509Certificate[] authorities) throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < authorities.length; i++) {
                store.setCertificateEntry("ca" + i, authorities[i]);
            }
            return store;
        } catch (IOException impossible) {
            throw new GeneralSecurityException(impossible);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        if (authorities != null) {
            authorities.checkServerTrusted(chain, type, engine);
        }
        allowed.check(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("the host that is called is not known");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("the host that is called is not known");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("nobody calls here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("nobody calls here");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("nobody calls here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities == null ? new X509Certificate[0] : authorities.getAcceptedIssuers();
    }
}
