package io.metastore.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code metastore train}: later starts take their classes from what it wrote, as long as the program is the same. */
@Tag("compat")
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class TrainingIT {

    @TempDir
    Path directory;

    @Test
    void laterStartsUseWhatWasLearntUntilTheProgramChanges() throws Exception {
        Path home = directory.resolve("metastore");
        copy(Path.of(Binaries.metastore().command().get(0)).resolveSibling("..").normalize(), home);
        assertThat(classesFromFile(home, "untrained")).isZero();

        Process training = new ProcessBuilder(home.resolve("bin/metastore").toString(), "train")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("train.log").toFile())
                .start();
        assertThat(training.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(training.exitValue())
                .as(Files.readString(directory.resolve("train.log")))
                .isZero();

        assertThat(classesFromFile(home, "trained")).isGreaterThan(500);
        try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
            Path jar = jars.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow();
            Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(60)));
        }
        assertThat(classesFromFile(home, "changed")).isZero();
    }

    /** How many of the program's classes a start takes from the file, not counting the JDK's own, which has one anyway. */
    private long classesFromFile(Path home, String name) throws IOException {
        Path classes = directory.resolve(name + ".classes");
        Program program = Program.of("metastore", home.resolve("bin/etcd"))
                .withEnvironment("METASTORE_JAVA_OPTS", "-Xlog:class+load:file=" + classes);
        try (ProcessMember member = new ProcessMember(program, directory.resolve(name)).start()) {
            member.stop();
        }
        try (Stream<String> lines = Files.lines(classes)) {
            List<String> ours =
                    lines.filter(line -> line.contains(" io.metastore.")).toList();
            assertThat(ours).isNotEmpty();
            return ours.stream()
                    .filter(line -> line.contains("shared objects file"))
                    .count();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            all.filter(file -> !file.getFileName().toString().startsWith("trained-"))
                    .forEach(file -> {
                        try {
                            Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
                        } catch (IOException failure) {
                            throw new UncheckedIOException(failure);
                        }
                    });
        }
    }
}
