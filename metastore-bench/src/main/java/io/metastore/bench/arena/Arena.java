package io.metastore.bench.arena;

import io.metastore.bench.http2.LoadClient;
import io.metastore.bench.load.KeySpace;
import io.metastore.bench.load.LoadResult;
import io.metastore.bench.load.LoadTarget;
import io.metastore.bench.load.Loads;
import io.metastore.bench.load.Pause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Starts servers in directories of their own, and sees to it that neither process nor directory stays behind. */
public final class Arena implements AutoCloseable {
    private static final int LEADER_ATTEMPTS = 100;
    private static final int LEADER_PAUSE_MILLIS = 100;
    private static final Duration STATUS_LIMIT = Duration.ofSeconds(10);

    private final ArenaOptions options;
    private final List<Contender> contenders;
    private final Path dir;
    private final LoadClient client = new LoadClient();

    // Under the lock of running.
    private final List<ServerProcess> running = new ArrayList<>();
    private boolean closing;

    private final Thread hook = new Thread(this::clear, "clear-up");
    private int started;

    public Arena(ArenaOptions options, List<Contender> contenders) throws IOException {
        this.options = options;
        this.contenders = List.copyOf(contenders);
        Files.createDirectories(options.workDir());
        dir = Files.createTempDirectory(options.workDir().toAbsolutePath(), "compare-");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** In the order in which they were given. */
    public List<Contender> contenders() {
        return contenders;
    }

    /** Where its servers keep what they write. */
    public Path dir() {
        return dir;
    }

    /** Returns when it serves. */
    public ServerProcess startFresh(Contender contender) {
        return startCluster(contender, 1).members().get(0);
    }

    /** Returns when all of them serve. */
    public Cluster startCluster(Contender contender, int members) {
        List<Ports> ports = new ArrayList<>();
        try {
            while (ports.size() < members) {
                ports.add(Ports.free());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // None gets ready before most of them have started.
        List<ServerProcess> all = Seat.round(ports).stream()
                .map(seat -> launch(contender, dir.resolve(contender.name() + "-" + started++), seat))
                .toList();
        all.forEach(ServerProcess::awaitReady);
        return new Cluster(all);
    }

    /** Starts a stopped server again, on its data and at its address. */
    public ServerProcess startAgain(ServerProcess stopped) {
        ServerProcess server = launch(stopped.contender(), stopped.dir(), stopped.seat());
        server.awaitReady();
        return server;
    }

    /** Where one more member of a cluster will be; the cluster is to be told before it is started. */
    public Seat seatBeside(Cluster cluster) {
        try {
            return Seat.beside(
                    cluster.members().stream().map(ServerProcess::seat).toList(), "late" + started, Ports.free());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a member of a cluster that runs; {@link ServerProcess#isReady} tells when it serves. */
    public ServerProcess startBeside(Contender contender, Seat seat) {
        return launch(contender, dir.resolve(contender.name() + "-" + started++), seat);
    }

    private ServerProcess launch(Contender contender, Path serverDir, Seat seat) {
        ServerProcess server;
        synchronized (running) {
            if (closing) {
                throw new IllegalStateException("the comparison is being stopped");
            }
            try {
                server = new ServerProcess(contender, serverDir, seat, options.quotaBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            running.add(server);
        }
        return server;
    }

    public void stop(ServerProcess server) {
        server.close();
        synchronized (running) {
            running.remove(server);
        }
    }

    /** As a crash would; {@link #startAgain} brings it back. */
    public void kill(ServerProcess server) {
        server.kill();
        stop(server);
    }

    public Loads loads(ServerProcess server, KeySpace keys, int valueBytes) {
        return loads(server, options.connections(), keys, valueBytes);
    }

    public Loads loads(ServerProcess server, int connections, KeySpace keys, int valueBytes) {
        return new Loads(
                LoadTarget.of(client, server.endpoint(), connections, server.pid())
                        .with(server.access()),
                keys,
                valueBytes);
    }

    /** Loads on these members of a cluster, whose cost is that of all of them. */
    public Loads loads(Cluster cluster, List<ServerProcess> addressed, KeySpace keys, int valueBytes) {
        LoadTarget target = new LoadTarget(
                client,
                addressed.stream().map(ServerProcess::endpoint).toList(),
                options.connections(),
                cluster.members().stream().map(ServerProcess::pid).toList(),
                addressed.get(0).access());
        return new Loads(target, keys, valueBytes);
    }

    /** The member that says that it leads. */
    public ServerProcess leaderOf(Cluster cluster) {
        for (int attempt = 0; attempt < LEADER_ATTEMPTS; attempt++) {
            for (ServerProcess member : cluster.members()) {
                if (loads(member, 1, new KeySpace("", 1), 1).leads(STATUS_LIMIT)) {
                    return member;
                }
            }
            Pause.millis(LEADER_PAUSE_MILLIS);
        }
        throw new IllegalStateException("nobody leads the cluster of "
                + cluster.members().get(0).contender().name());
    }

    public static LoadResult require(LoadResult result) {
        if (result.errors() > 0) {
            throw new IllegalStateException(result.name() + " failed: " + result.errorTexts());
        }
        return result;
    }

    public void delete(Path tree) {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            progress("could not remove " + tree + ": " + e);
        }
    }

    /** Ends what still runs, and removes what it wrote. */
    public void stopAll() {
        List<ServerProcess> left;
        synchronized (running) {
            left = List.copyOf(running);
            running.clear();
        }
        left.forEach(ServerProcess::close);
        try (Stream<Path> dirs = Files.list(dir)) {
            dirs.forEach(this::delete);
        } catch (IOException e) {
            progress("could not clear " + dir + ": " + e);
        }
    }

    /** One line for who waits. */
    public static void progress(String line) {
        System.err.println(line);
    }

    private void clear() {
        synchronized (running) {
            closing = true;
        }
        stopAll();
        delete(dir);
    }

    @Override
    public void close() {
        clear();
        client.close();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
