package io.metastore.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.peer.MembersResponse;
import io.metastore.server.config.Listener;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.FreePorts;
import io.metastore.server.tls.ClientTls;
import io.metastore.server.tls.ServerTls;
import io.metastore.server.tls.TestCa;
import io.metastore.server.tls.TestCa.Issued;
import io.metastore.server.tls.TlsConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members on loopback that know each other by certificates, without raft. */
@Timeout(60)
class PeerTlsTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final List<String> VERSIONS = List.of("TLSv1.2", "TLSv1.3");

    @TempDir
    Path directory;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<PeerNetwork> networks = new ArrayList<>();
    private TestCa ca;

    @BeforeEach
    void newCa() {
        ca = new TestCa(directory, "peers");
    }

    @AfterEach
    void close() {
        networks.forEach(PeerNetwork::close);
        timer.shutdownNow();
    }

    /** What a member is told; what is not said is as with {@code --peer-client-cert-auth} and the first authority. */
    private final class Told {
        private final @Nullable Issued shown;
        private Path trusted = ca.certificate();
        private @Nullable Path revoked;
        private @Nullable Issued called;
        private List<String> hosts = List.of();
        private List<String> commonNames = List.of();
        private boolean verifiesAddresses = true;

        Told(@Nullable Issued shown) {
            this.shown = shown;
        }

        TlsConfig config() {
            return new TlsConfig(
                    shown == null ? null : shown.certificate(),
                    shown == null ? null : shown.key(),
                    trusted,
                    true,
                    revoked,
                    hosts,
                    commonNames,
                    verifiesAddresses,
                    called == null ? null : called.certificate(),
                    called == null ? null : called.key(),
                    List.of(),
                    VERSIONS,
                    null,
                    List.of(),
                    1);
        }
    }

    private TlsConfig mutual(Issued shown) {
        return new Told(shown).config();
    }

    private TlsConfig selfSigned(String fixtures) {
        return TlsConfig.ownCertificate(List.of(), VERSIONS, directory.resolve(fixtures), List.of("127.0.0.1"), 1);
    }

    /** Without a configuration to listen with, it listens in plain text. */
    private URI member(long id, @Nullable TlsConfig listening, TlsConfig calling) throws Exception {
        int port = FreePorts.next();
        URI url = URI.create((listening == null ? "http" : "https") + "://127.0.0.1:" + port);
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", port);
        PeerNetwork network = PeerNetwork.start(
                new PeerNetwork.Settings(
                        1,
                        id,
                        List.of(url),
                        List.of(new Listener(address, listening == null, listening != null, Listener.Traffic.GRPC)),
                        listening == null ? null : ServerTls.load(listening, timer),
                        new PeerDialer(ClientTls.load(calling)),
                        1 << 20,
                        "test-" + id + "-",
                        timer,
                        () -> {}),
                new ClusterView() {
                    @Override
                    public boolean wasRemoved(long member) {
                        return false;
                    }

                    @Override
                    public MembersResponse members() {
                        return MembersResponse.getDefaultInstance();
                    }
                });
        network.handle("echo", (from, body, reply) -> reply.answered(body));
        networks.add(network);
        return url;
    }

    private static boolean reaches(PeerNetwork from, long to) throws Exception {
        return from.connect(0).awaitReachable(to, 500);
    }

    private PeerNetwork caller(long id, URI first, TlsConfig calling) throws Exception {
        member(id, null, calling);
        PeerNetwork caller = networks.get(networks.size() - 1);
        caller.suggest(11, List.of(first));
        return caller;
    }

    /** A member with this configuration reaches the first. */
    private void assertHeard(long id, URI first, TlsConfig calling) throws Exception {
        PeerNetwork caller = caller(id, first, calling);
        Eventually.await(BOUND, () -> "a connection", () -> reaches(caller, 11));
    }

    /** A member with this configuration does not; each case has one beside it that is heard. */
    private void assertNotHeard(long id, URI first, TlsConfig calling) throws Exception {
        PeerNetwork caller = caller(id, first, calling);
        for (int i = 0; i < 3; i++) {
            assertThat(reaches(caller, 11)).isFalse();
        }
    }

    private static GeneralName host(String name) {
        return new GeneralName(GeneralName.dNSName, name);
    }

    private static GeneralName address(String address) {
        return new GeneralName(GeneralName.iPAddress, address);
    }

    @Test
    void onlyWhoShowsACertificateOfTheAuthorityIsHeard() throws Exception {
        TlsConfig mine = mutual(ca.issue("m1"));
        URI first = member(11, mine, mine);

        assertHeard(12, first, mutual(ca.issue("m2")));
        assertNotHeard(13, first, mutual(new TestCa(directory, "others").issue("m2")));
        assertNotHeard(14, first, new Told(null).config());
    }

    @Test
    void onlyACertificateOfTheAuthorityIsBelieved() throws Exception {
        TestCa other = new TestCa(directory, "others");
        TlsConfig listening = mutual(other.issue("m1"));
        // It lets in whom the one authority has signed, but shows a certificate of the other.
        URI first = member(11, listening, listening);
        Told believesOther = new Told(ca.issue("m2"));
        believesOther.trusted = other.certificate();

        assertHeard(12, first, believesOther.config());
        assertNotHeard(13, first, mutual(ca.issue("m3")));
    }

    @Test
    void aCertificateForAnotherHostIsNotBelieved() throws Exception {
        TlsConfig byName = mutual(ca.issueFor("m1", host("localhost")));
        URI address = member(11, byName, byName);
        URI name = URI.create("https://localhost:" + address.getPort());

        assertHeard(12, name, mutual(ca.issue("m2")));
        assertNotHeard(13, address, mutual(ca.issue("m3")));
    }

    @Test
    void aCertificateForAnotherAddressThanTheCallersIsRefused() throws Exception {
        TlsConfig mine = mutual(ca.issue("m1"));
        URI first = member(11, mine, mine);

        assertHeard(12, first, mutual(ca.issueFor("m2", address("127.0.0.1"))));
        assertHeard(13, first, mutual(ca.issueFor("m3", address("127.0.0.9"), host("localhost"))));
        assertHeard(14, first, mutual(ca.issueFor("m4")));
        assertNotHeard(15, first, mutual(ca.issueFor("m5", address("127.0.0.9"))));
        assertNotHeard(16, first, mutual(ca.issueFor("m6", host("elsewhere.invalid"))));
    }

    @Test
    void theCallersAddressIsNotLookedAtWhereThatIsSkipped() throws Exception {
        Told skipping = new Told(ca.issue("m1"));
        skipping.verifiesAddresses = false;
        URI first = member(11, skipping.config(), skipping.config());

        assertHeard(12, first, mutual(ca.issueFor("m2", address("127.0.0.9"))));
        assertHeard(13, first, mutual(ca.issueFor("m3", host("elsewhere.invalid"))));
    }

    @Test
    void aCommonNameThatIsNotAllowedIsRefused() throws Exception {
        Told listening = new Told(ca.issue("m1"));
        listening.commonNames = List.of("m1", "m2");
        URI first = member(11, listening.config(), listening.config());

        assertHeard(12, first, mutual(ca.issue("m2")));
        assertNotHeard(13, first, mutual(ca.issue("stranger")));
    }

    @Test
    void aHostNameThatIsNotAllowedIsRefused() throws Exception {
        Told listening = new Told(ca.issue("m1"));
        listening.hosts = List.of("m2.example");
        URI first = member(11, listening.config(), listening.config());

        assertHeard(12, first, mutual(ca.issueFor("m", host("m2.example"), address("127.0.0.1"))));
        assertNotHeard(13, first, mutual(ca.issueFor("m", host("m3.example"), address("127.0.0.1"))));
    }

    @Test
    void aMemberCallsWithACertificateOfItsOwnIfItHasOne() throws Exception {
        TlsConfig mine = mutual(ca.issue("m1"));
        URI first = member(11, mine, mine);
        Issued foreign = new TestCa(directory, "others").issue("m2");
        Told calling = new Told(foreign);
        calling.called = ca.issue("m2");

        assertHeard(12, first, calling.config());
        assertNotHeard(13, first, mutual(foreign));
    }

    @Test
    void aRevokedCertificateIsRefused() throws Exception {
        Issued revoked = ca.issue("m2");
        Told listening = new Told(ca.issue("m1"));
        listening.revoked = directory.resolve("revoked.crl");
        ca.revoke(listening.revoked, revoked);
        URI first = member(11, listening.config(), listening.config());

        assertNotHeard(12, first, mutual(revoked));
        assertHeard(13, first, mutual(ca.issue("m3")));
    }

    @Test
    void plainTextAndTlsDoNotMix() throws Exception {
        TlsConfig mine = mutual(ca.issue("m1"));
        URI secured = member(11, mine, mine);
        assertHeard(12, secured, mine);
        assertNotHeard(13, URI.create("http://127.0.0.1:" + secured.getPort()), mine);
        networks.forEach(PeerNetwork::close);
        URI plain = member(11, null, mine);
        assertHeard(14, plain, mine);
        assertNotHeard(15, URI.create("https://127.0.0.1:" + plain.getPort()), mine);
    }

    @Test
    void aRenewedCertificateCountsWithoutARestart() throws Exception {
        Issued mine = ca.issue("m1");
        URI first = member(11, mutual(mine), mutual(mine));
        Issued foreign = new TestCa(directory, "others").issue("m2");
        Path certificate = directory.resolve("used.pem");
        Path key = directory.resolve("used.key");
        Files.copy(foreign.certificate(), certificate);
        Files.copy(foreign.key(), key);
        assertNotHeard(12, first, mutual(new Issued(certificate, key, foreign.serial())));

        Issued renewed = ca.issue("m2");
        Files.copy(renewed.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(renewed.key(), key, StandardCopyOption.REPLACE_EXISTING);

        Eventually.await(BOUND, () -> "a connection", () -> reaches(networks.get(1), 11));
    }

    @Test
    void membersSignThemselves() throws Exception {
        TlsConfig mine = selfSigned("fixtures");
        URI first = member(11, mine, mine);

        assertHeard(12, first, selfSigned("others"));
        // Who knows an authority does not believe them.
        assertNotHeard(13, first, mutual(ca.issue("m3")));
    }
}
