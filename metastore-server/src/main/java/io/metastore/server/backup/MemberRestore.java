package io.metastore.server.backup;

import io.metastore.raft.RaftSeed;
import io.metastore.server.config.ConfigException;
import io.metastore.server.config.InitialCluster;
import io.metastore.server.data.DataDirectory;
import io.metastore.server.data.Identity;
import io.metastore.server.data.StartException;
import io.metastore.server.replication.Applier;
import io.metastore.storage.bolt.BoltFile;
import io.metastore.storage.cluster.ClusterIds;
import io.metastore.storage.cluster.Member;
import io.metastore.storage.engine.EngineConfig;
import io.metastore.storage.engine.KvEngine;
import io.metastore.storage.engine.RocksEngine;
import io.metastore.storage.state.StateMachine;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the data directory of a member of a new cluster from a snapshot (etcd: etcdutl/snapshot/v3_snapshot.go). Ids are new, so
 * that no member of the former cluster takes this one for its own.
 *
 * <p>All is made in {@code restoring} within the directory and moved to its place at the end: a directory in which a member finds
 * something to start from is whole.
 */
final class MemberRestore {
    private static final Logger LOG = LoggerFactory.getLogger(MemberRestore.class);
    private static final String WORK = "restoring";
    /** As etcdutl, in whose log there is an entry for each member. */
    private static final long TERM = 1;

    private final Settings settings;
    private final Progress progress;

    /** What etcdutl's options of the same names say. */
    record Settings(
            Path snapshot,
            Path dataDir,
            String name,
            String initialCluster,
            String clusterToken,
            String peerUrls,
            boolean skipHashCheck,
            long bumpRevision) {}

    MemberRestore(Settings settings, Progress progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * Does it.
     *
     * @throws ConfigException if the options do not fit each other
     * @throws IOException if the directory holds something already, or the snapshot is damaged; nothing is left behind then
     */
    void run() throws ConfigException, IOException, StartException {
        InitialCluster cluster = InitialCluster.of(settings.initialCluster(), settings.clusterToken());
        checkCluster(cluster);
        Path work = settings.dataDir().resolve(WORK);
        if (!isFree(settings.dataDir())) {
            throw new IOException("data-dir \"%s\" not empty or could not be read".formatted(settings.dataDir()));
        }
        LOG.info("restoring snapshot path={} dataDir={}", settings.snapshot(), settings.dataDir());
        if (!settings.skipHashCheck()) {
            SnapshotChecksum.check(settings.snapshot(), progress);
        }
        boolean existed = Files.exists(settings.dataDir());
        try (BoltFile file = BoltFile.open(settings.snapshot())) {
            delete(work); // of a restore that was cut short
            write(file, cluster, work);
            Files.move(work.resolve("member"), settings.dataDir().resolve("member"), StandardCopyOption.ATOMIC_MOVE);
            Files.delete(work);
            force(settings.dataDir());
        } catch (IOException | StartException | RuntimeException failure) {
            delete(work);
            if (!existed) {
                Files.deleteIfExists(settings.dataDir());
            }
            throw failure;
        } finally {
            progress.end();
        }
        LOG.info("restored snapshot path={} dataDir={}", settings.snapshot(), settings.dataDir());
    }

    private void write(BoltFile file, InitialCluster cluster, Path work) throws IOException, StartException {
        List<Member> members = members(cluster);
        List<Long> voters = members.stream().map(Member::id).toList();
        long index = members.size();
        try (DataDirectory data = DataDirectory.open(work)) {
            try (KvEngine engine = RocksEngine.open(data.state(), EngineConfig.DEFAULT)) {
                progress.begin("restoring", file.totalBytes());
                StateMachine.restore(engine, file, members, settings.bumpRevision(), index, TERM, progress::at);
                RaftSeed.write(
                        data.raft(), voters, index, TERM, directory -> engine.checkpoint(Applier.stateIn(directory)));
            }
            long self = members.stream()
                    .filter(member -> member.name().equals(settings.name()))
                    .findFirst()
                    .orElseThrow()
                    .id();
            long clusterId =
                    ClusterIds.ofCluster(members.stream().map(Member::id).toList());
            new Identity(clusterId, self).write(data);
        }
    }

    private static List<Member> members(InitialCluster cluster) {
        List<Member> members = new ArrayList<>();
        cluster.peerUrlsByName().forEach((name, urls) -> {
            List<String> texts = urls.stream().map(URI::toString).toList();
            members.add(new Member(ClusterIds.ofInitialMember(texts, cluster.token()), name, texts, List.of(), false));
        });
        members.sort(Comparator.comparing(Member::id, Long::compareUnsigned));
        return members;
    }

    /** As etcd's own start does (etcd: server/config/config.go, VerifyBootstrap). */
    private void checkCluster(InitialCluster cluster) throws ConfigException {
        List<URI> mine = cluster.peerUrlsByName().get(settings.name());
        if (mine == null) {
            throw new ConfigException(
                    "couldn't find local name \"%s\" in the initial cluster configuration".formatted(settings.name()));
        }
        Set<URI> advertised = new TreeSet<>(InitialCluster.peerUrls(settings.peerUrls()));
        for (URI url : mine) {
            if (!advertised.contains(url)) {
                throw new ConfigException(
                        "--initial-cluster has %s=%s but missing from --initial-advertise-peer-urls=%s"
                                .formatted(settings.name(), url, settings.peerUrls()));
            }
        }
        for (URI url : advertised) {
            if (!mine.contains(url)) {
                throw new ConfigException("--initial-advertise-peer-urls has %s but missing from --initial-cluster=%s"
                        .formatted(url, settings.initialCluster()));
            }
        }
        Set<URI> all = new HashSet<>();
        for (List<URI> urls : cluster.peerUrlsByName().values()) {
            for (URI url : urls) {
                if (!all.add(url)) {
                    throw new ConfigException(
                            "initial cluster %s has duplicate url".formatted(settings.initialCluster()));
                }
            }
        }
    }

    private static boolean isFree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return true;
        }
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (var files = Files.list(directory)) {
            return files.allMatch(file -> file.getFileName().toString().equals(WORK));
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
