package io.metastore.server.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the programs that tests with real processes start: {@code etcd} and {@code etcdctl} in the directory named by
 * {@code METASTORE_ETCD_BIN}, the packaged server in {@code METASTORE_HOME} (default: where the build leaves it). Each may
 * also be given as the system property of the same name in lower case with dots.
 *
 * <p>What is missing skips the test and says so; with {@code METASTORE_REQUIRE_BINARIES=1} it fails the test, so that a
 * green run cannot hide that nothing was run.
 */
public final class Binaries {

    private Binaries() {}

    /** The real etcd, of the release that we claim to speak. */
    public static Program etcd() {
        Path binary = etcdTool("etcd");
        String version = firstLine(binary, "--version").replace("etcd Version: ", "");
        need(
                version.startsWith("3.7."),
                "%s is etcd %s, and the comparison is with 3.7: `.ci/install-etcd` builds one"
                        .formatted(binary, version));
        return Program.of("etcd", binary);
    }

    /** An etcd whose bugs are known, 3.4.23 as Debian 12 ships it, in the directory named by METASTORE_OLD_ETCD_BIN. */
    public static Program oldEtcd() {
        String directory = setting("METASTORE_OLD_ETCD_BIN").orElse("");
        Path binary = Path.of(directory, "etcd").toAbsolutePath();
        if (directory.isEmpty() || !Files.isExecutable(binary)) {
            String reason = "no etcd 3.4 to find old bugs in: set METASTORE_OLD_ETCD_BIN to a directory that holds one";
            System.out.println("skipped: " + reason);
            assumeTrue(false, reason);
        }
        return Program.of("etcd-3.4", binary);
    }

    public static Path etcdctl() {
        return etcdTool("etcdctl");
    }

    public static Path etcdutl() {
        return etcdTool("etcdutl");
    }

    /** The packaged server, started as etcd is. */
    public static Program metastore() {
        Path home =
                Path.of(setting("METASTORE_HOME").orElse("target/metastore")).toAbsolutePath();
        Path launcher = home.resolve("bin/etcd");
        need(
                Files.isExecutable(launcher),
                "no packaged server: %s is missing (`mvn -DskipTests package`, or set METASTORE_HOME)"
                        .formatted(launcher));
        return Program.of("metastore", launcher);
    }

    /** A tool of the operating system that a fault needs. */
    public static Path tool(String name) {
        Optional<Path> found = find(name);
        needForFault(found.isPresent(), "%s is not installed".formatted(name));
        return found.orElseThrow();
    }

    /** A tool of the operating system, where there is one of this name. */
    public static Optional<Path> find(String name) {
        return Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Whether a fault that this machine cannot inject fails the test instead of being left out. */
    public static boolean areFaultsRequired() {
        return "1".equals(setting("METASTORE_REQUIRE_FAULTS").orElse("0"));
    }

    /** Skips the test with this reason unless the program is there; fails it where a skip is not allowed. */
    private static void need(boolean available, String reason) {
        need(available, reason, "METASTORE_REQUIRE_BINARIES");
    }

    /** The same for what a fault takes of the machine: root, loop devices. Asked for by METASTORE_REQUIRE_FAULTS=1. */
    static void needForFault(boolean available, String reason) {
        need(available, reason, "METASTORE_REQUIRE_FAULTS");
    }

    private static void need(boolean available, String reason, String requiredBy) {
        if (available) {
            return;
        }
        if ("1".equals(setting(requiredBy).orElse("0"))) {
            throw new AssertionError(reason);
        }
        System.out.println("skipped: " + reason);
        assumeTrue(false, reason);
    }

    private static Path etcdTool(String name) {
        Optional<String> directory = setting("METASTORE_ETCD_BIN");
        need(
                directory.isPresent(),
                "no real %s: set METASTORE_ETCD_BIN to a directory filled by `.ci/install-etcd`".formatted(name));
        Path binary = Path.of(directory.get(), name).toAbsolutePath();
        need(Files.isExecutable(binary), "no real %s: %s is missing".formatted(name, binary));
        return binary;
    }

    private static Optional<String> setting(String name) {
        String property =
                System.getProperty(name.toLowerCase(java.util.Locale.ROOT).replace('_', '.'));
        return Optional.ofNullable(property != null ? property : System.getenv(name))
                .filter(value -> !value.isEmpty());
    }

    private static String firstLine(Path binary, String argument) {
        try {
            Process process = new ProcessBuilder(binary.toString(), argument)
                    .redirectErrorStream(true)
                    .start();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return output.lines().findFirst().orElse("");
        } catch (IOException e) {
            return "of unknown version (" + e.getMessage() + ")";
        }
    }
}
