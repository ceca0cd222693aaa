package io.metastore.bench.arena;

import io.metastore.bench.http2.Access;
import io.metastore.bench.http2.Endpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One running server, a member of a cluster on loopback ports that were free. Its output goes to a file beside its data. */
public final class ServerProcess implements AutoCloseable {
    private static final String READY = "ready to serve client requests";
    private static final Duration READY_LIMIT = Duration.ofMinutes(5);
    private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(20);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final Contender contender;
    private final Process process;
    private final Endpoint endpoint;
    private final Access access;
    private final Path dir;
    private final Seat seat;
    private final Path log;
    private final long startNanos = System.nanoTime();
    private final CountDownLatch ready = new CountDownLatch(1);
    private volatile long readyNanos;
    private boolean frozen;

    /** Starts it; {@link #awaitReady} tells when it serves. */
    public ServerProcess(Contender contender, Path dir, Seat seat, long quotaBytes) throws IOException {
        this.contender = contender;
        this.dir = dir;
        this.seat = seat;
        Files.createDirectories(dir);
        log = dir.resolve("server.log");
        endpoint = new Endpoint("127.0.0.1", seat.ports().client());
        String peer = seat.ports().peerUrl();
        ServerCertificate certificate = contender.certificate();
        String url = (certificate == null ? "http://" : "https://") + endpoint;
        access = certificate == null ? Access.PLAIN : certificate.access();
        List<String> command = new ArrayList<>(List.of(
                contender.binary().toString(),
                "--name=" + seat.name(),
                "--data-dir=" + dir.resolve("data"),
                "--listen-client-urls=" + url,
                "--advertise-client-urls=" + url,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=" + seat.initialCluster(),
                "--quota-backend-bytes=" + quotaBytes));
        if (seat.joins()) {
            command.add("--initial-cluster-state=existing");
        }
        if (certificate != null) {
            command.addAll(certificate.flags());
        }
        command.addAll(contender.extraArguments());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(contender.environment());
        process = builder.start();
        Thread reader = new Thread(this::readOutput, "output-" + contender.name());
        reader.setDaemon(true);
        reader.start();
    }

    private void readOutput() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8);
                Writer out = Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (readyNanos == 0 && line.contains(READY)) {
                    readyNanos = System.nanoTime();
                    ready.countDown();
                }
                out.write(line);
                out.write('\n');
                out.flush();
            }
        } catch (IOException e) {
            // The process is gone, or its directory is: nothing more to read.
        } finally {
            ready.countDown();
        }
    }

    /** Returns once it says that it serves clients. */
    public void awaitReady() {
        try {
            if (!ready.await(READY_LIMIT.toSeconds(), TimeUnit.SECONDS) || readyNanos == 0) {
                throw new IllegalStateException(
                        "%s did not get ready, its output ends: %s".formatted(contender.name(), tail()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    public boolean isReady() {
        return readyNanos != 0;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it as a crash would, and returns when it is gone. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    public Contender contender() {
        return contender;
    }

    public Path dir() {
        return dir;
    }

    Seat seat() {
        return seat;
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** How its clients come in. */
    public Access access() {
        return access;
    }

    /** Its pauses so far, in all its lives, if its contender tells of collections. */
    public GcLog gcLog() {
        return GcLog.read(log);
    }

    public long pid() {
        return process.pid();
    }

    public long startNanos() {
        return startNanos;
    }

    public Duration untilReady() {
        return Duration.ofNanos(readyNanos - startNanos);
    }

    /** Stops the whole process without its knowing, so that its background work waits for its own windows. */
    public void freeze() {
        if (!frozen) {
            signal("-STOP");
            frozen = true;
        }
    }

    public void thaw() {
        if (frozen) {
            signal("-CONT");
            frozen = false;
        }
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder("kill", signal, Long.toString(pid())).start();
            if (!kill.waitFor(SIGNAL_LIMIT.toSeconds(), TimeUnit.SECONDS) || kill.exitValue() != 0) {
                String state = process.isAlive() ? "is alive" : "ended with " + process.exitValue();
                throw new IllegalStateException("kill %s failed, %s %d %s, its output ends: %s"
                        .formatted(signal, contender.name(), pid(), state, tail()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            thaw();
        }
        process.destroy();
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
