package io.metastore.server.process;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One member as a process of its own: a real etcd or the packaged server, alone in its cluster, on loopback.
 *
 * <p>DOWN until {@link #start}, then UP until it is killed, stopped, or dies. A start takes the same arguments each time.
 * Processes are only ever ended by the id they were started with; what is left at the end of the tests is ended then.
 */
public final class ProcessMember implements AutoCloseable {

    private static final String READY = "ready to serve client requests";
    private static final Duration START_BOUND = Duration.ofSeconds(60);
    private static final Duration STOP_BOUND = Duration.ofSeconds(30);
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private Program program;
    private final Path dataDir;
    private final Path log;
    private final int clientPort = FreePorts.next();
    private final int peerPort = FreePorts.next();
    private int advertisedPeerPort = peerPort;
    private String name = "m1";
    private String initialCluster;
    private String clusterState = "new";
    private long logged;
    private String scheme = "http";
    private String peerScheme = "http";
    private @Nullable Process process;

    /** The data directory is the member's alone; its log is kept beside it. */
    public ProcessMember(Program program, Path dataDir) {
        this(program, dataDir, dataDir.resolveSibling(dataDir.getFileName() + ".log"));
    }

    public ProcessMember(Program program, Path dataDir, Path log) {
        this.program = program;
        this.dataDir = dataDir;
        this.log = log;
        this.initialCluster = name + "=" + peerUrl();
    }

    ProcessMember named(String itsName) {
        this.name = itsName;
        this.initialCluster = name + "=" + peerUrl();
        return this;
    }

    /** From its next start on. */
    public ProcessMember runBy(Program other) {
        this.program = other;
        return this;
    }

    /** Is told to the other members under another port than it listens on. */
    ProcessMember advertising(int port) {
        this.advertisedPeerPort = port;
        this.initialCluster = name + "=" + peerUrl();
        return this;
    }

    ProcessMember inCluster(String founders, String state) {
        this.initialCluster = founders;
        this.clusterState = state;
        return this;
    }

    /** From its next start on it looks for members that are there already, if it has no data. */
    public ProcessMember joiningAgain() {
        this.clusterState = "existing";
        return this;
    }

    /** Serves clients by TLS; the program's flags say with which certificates. */
    public ProcessMember secured() {
        scheme = "https";
        return this;
    }

    /** Speaks TLS with other members; the program's flags say with which certificates. */
    ProcessMember securedForPeers() {
        this.peerScheme = "https";
        this.initialCluster = name + "=" + peerUrl();
        return this;
    }

    /** Starts the process and waits until it serves. */
    public ProcessMember start() {
        launch();
        return awaitReady();
    }

    /** Waits until the process that was launched serves. */
    public ProcessMember awaitReady() {
        return awaitReady(START_BOUND);
    }

    public ProcessMember awaitReady(Duration bound) {
        if (!Eventually.holds(bound, () -> logFrom(logged).contains(READY) || !isAlive())) {
            throw new NotReady(
                    "%s is not ready within %s; its log ends:%n%s".formatted(program.name(), bound, logTail()));
        }
        if (!isAlive()) {
            throw new NotReady("%s exited with %d before it was ready:%n%s"
                    .formatted(program.name(), exitCode(), logFrom(logged)));
        }
        return this;
    }

    /** The process was started and does not come to serve. */
    public static final class NotReady extends AssertionError {

        private static final long serialVersionUID = 1L;

        NotReady(String message) {
            super(message);
        }
    }

    /** Starts the process where it is expected to refuse; answers what it said before it exited by itself. */
    public String startRefused() {
        launch();
        Eventually.await(
                START_BOUND,
                () -> "%s exits; its log ends:%n%s".formatted(program.name(), logTail()),
                () -> !isAlive() || logFrom(logged).contains(READY));
        if (isAlive()) {
            throw new AssertionError(
                    "%s serves where it should refuse:%n%s".formatted(program.name(), logFrom(logged)));
        }
        if (exitCode() == 0) {
            throw new AssertionError("%s refused with exit code 0:%n%s".formatted(program.name(), logFrom(logged)));
        }
        return logFrom(logged);
    }

    /** SIGKILL, at once. */
    public void kill() {
        Process doomed = running();
        doomed.destroyForcibly();
        awaitExit(doomed);
    }

    /** SIGTERM, and waits for the end. Answers the exit code. */
    public int stop() {
        Process doomed = running();
        doomed.destroy();
        awaitExit(doomed);
        return doomed.exitValue();
    }

    /** SIGSTOP: the process keeps its sockets and its lock, and does nothing. */
    public void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    public int exitCode() {
        return running().exitValue();
    }

    public long pid() {
        return running().pid();
    }

    public Path dataDir() {
        return dataDir;
    }

    public Program program() {
        return program;
    }

    /** host:port of the client listener. */
    public String endpoint() {
        return "127.0.0.1:" + clientPort;
    }

    public String clientUrl() {
        return scheme + "://" + endpoint();
    }

    /** Where the other members are told to reach it. */
    public String peerUrl() {
        return peerScheme + "://127.0.0.1:" + advertisedPeerPort;
    }

    /** The port of the peer listener. */
    public int peerPort() {
        return peerPort;
    }

    public String memberName() {
        return name;
    }

    /** A new channel to the client listener, without retries; the caller closes it. */
    public ManagedChannel channel() {
        return NettyChannelBuilder.forAddress("127.0.0.1", clientPort)
                .usePlaintext()
                .disableRetry()
                .maxInboundMessageSize(256 << 20)
                .build();
    }

    /** What the process said since its last start. */
    public String logOfThisStart() {
        return logFrom(logged);
    }

    /** Everything the process said so far, over all its starts. */
    public String log() {
        return logFrom(0);
    }

    public String logTail() {
        List<String> lines = log().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    @Override
    public void close() {
        if (isAlive()) {
            kill();
        }
    }

    /** Starts the process, and waits for nothing. */
    public void launch() {
        logged = logSize();
        if (isAlive()) {
            throw new IllegalStateException(program.name() + " runs already, as " + pid());
        }
        List<String> command = new ArrayList<>(program.command());
        command.addAll(List.of(
                "--name=" + name,
                "--data-dir=" + dataDir,
                "--listen-client-urls=" + clientUrl(),
                "--advertise-client-urls=" + clientUrl(),
                "--listen-peer-urls=" + peerScheme + "://127.0.0.1:" + peerPort,
                "--initial-advertise-peer-urls=" + peerUrl(),
                "--initial-cluster=" + initialCluster,
                "--initial-cluster-state=" + clusterState));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // Nothing of the environment but what every process may count on: so it is known that no more is needed.
        builder.environment().keySet().retainAll(Set.of("PATH"));
        builder.environment().putAll(program.environment());
        try {
            Files.createDirectories(log.getParent());
            Process started = builder.start();
            RUNNING.add(started);
            started.onExit().thenAccept(RUNNING::remove);
            process = started;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException(program.name() + " was never started");
        }
        return process;
    }

    private void signal(String name) {
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new AssertionError("kill -%s %d: exit code %d".formatted(name, pid(), exit));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits until the process has ended by itself; false if it has not within the bound. */
    public boolean endsWithin(Duration bound) {
        return Eventually.holds(bound, () -> !isAlive());
    }

    private void awaitExit(Process doomed) {
        try {
            if (!doomed.waitFor(STOP_BOUND.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("%s (%d) did not end within %s:%n%s"
                        .formatted(program.name(), doomed.pid(), STOP_BOUND, logTail()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private long logSize() {
        try {
            return Files.exists(log) ? Files.size(log) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String logFrom(long offset) {
        try {
            byte[] all = Files.exists(log) ? Files.readAllBytes(log) : new byte[0];
            int from = (int) Math.min(offset, all.length);
            return new String(all, from, all.length - from, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
