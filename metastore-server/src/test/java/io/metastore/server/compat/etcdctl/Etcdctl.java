package io.metastore.server.compat.etcdctl;

import io.metastore.server.process.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Runs the real etcdctl against one endpoint. */
final class Etcdctl {

    private static final Duration BOUND = Duration.ofSeconds(60);

    private final Path binary;
    private final String endpoint;
    private final Path directory;
    private int runs;

    /** What one run printed. */
    record Result(int exitCode, String out, String err) {}

    Etcdctl(Path binary, String endpoint, Path directory) {
        this.binary = binary;
        this.endpoint = endpoint;
        this.directory = directory;
    }

    Result run(List<String> arguments, String input) {
        Running running = start(arguments);
        running.type(input);
        running.endInput();
        return running.await();
    }

    Running start(List<String> arguments) {
        return start(arguments, List.of("--command-timeout=30s"));
    }

    /** With flags that only calls which end by themselves may have. */
    private Running start(List<String> arguments, List<String> flags) {
        List<String> command = new ArrayList<>(List.of(binary.toString(), "--endpoints=" + endpoint));
        command.addAll(flags);
        command.addAll(arguments);
        Path out = directory.resolve("etcdctl-%d.out".formatted(runs));
        Path err = directory.resolve("etcdctl-%d.err".formatted(runs++));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().retainAll(Set.of("PATH"));
        try {
            return new Running(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A run that is not over, such as a watch. */
    static final class Running {

        private final Process process;
        private final Path out;
        private final Path err;

        private Running(Process process, Path out, Path err) {
            this.process = process;
            this.out = out;
            this.err = err;
        }

        void type(String input) {
            try {
                process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
                process.getOutputStream().flush();
            } catch (IOException closedMeanwhile) {
                // It has said all it had to say; the exit code tells.
            }
        }

        void endInput() {
            try {
                process.getOutputStream().close();
            } catch (IOException closedMeanwhile) {
                // as above
            }
        }

        boolean prints(Duration bound, Predicate<String> expected) {
            return Eventually.holds(bound, () -> expected.test(out()));
        }

        Result await() {
            Eventually.await(BOUND, () -> "etcdctl ends; it printed " + out() + err(), () -> !process.isAlive());
            return new Result(process.exitValue(), out(), err());
        }

        /** Ends it as Ctrl-C does, and answers what it printed until then. */
        Result stop() {
            process.destroy();
            return await();
        }

        String out() {
            return read(out);
        }

        private String err() {
            return read(err);
        }

        private static String read(Path file) {
            try {
                return Files.readString(file, StandardCharsets.ISO_8859_1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
