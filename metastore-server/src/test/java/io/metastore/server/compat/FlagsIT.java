package io.metastore.server.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.server.config.Flag;
import io.metastore.server.config.FlagGroup;
import io.metastore.server.process.Binaries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Flags, defaults and complaints, beside those of a real etcd. */
@Tag("compat")
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class FlagsIT {
    private static final Pattern HELP = Pattern.compile("^  --([a-z0-9-]+)(?: '?([^'\\n]*)'?)?$", Pattern.MULTILINE);
    /** In etcd's help alone: the program itself refuses them. */
    private static final List<String> ONLY_IN_HELP = List.of("discovery", "discovery-proxy");
    /** Defaults that etcd's help tells in other words, or not at all. */
    private static final Map<Flag, String> TOLD_OTHERWISE = Map.of(
            Flag.MAX_CONCURRENT_STREAMS, "math.MaxUint32",
            Flag.DATA_DIR, "${name}.etcd",
            Flag.INITIAL_CLUSTER, "default=http://localhost:2380",
            Flag.ENABLE_GRPC_GATEWAY, "");
    /** Told without a default by etcd's help; its code has these (etcd: server/embed/config.go, NewConfig). */
    private static final List<Flag> NOT_TOLD = List.of(
            Flag.MEMORY_MLOCK,
            Flag.BOOTSTRAP_DEFRAG_THRESHOLD_MEGABYTES,
            Flag.COMPACTION_SLEEP_INTERVAL,
            Flag.DOWNGRADE_CHECK_TIME,
            Flag.SNAPSHOT_CATCHUP_ENTRIES);

    @TempDir
    Path directory;

    private record Ended(int code, String out, String err) {}

    private Ended run(String binary, List<String> arguments) throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        List<String> command = new ArrayList<>(List.of(binary));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
        return new Ended(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    private static String etcd() {
        return Binaries.etcd().command().get(0);
    }

    private static String metastore() {
        return Binaries.metastore().command().get(0);
    }

    private static Map<String, String> flagsIn(String help) {
        Map<String, String> flags = new TreeMap<>();
        Matcher line = HELP.matcher(help);
        while (line.find()) {
            if (!line.group(1).equals("version") && !line.group(1).equals("config-file")) {
                flags.put(line.group(1), line.group(2) == null ? "" : line.group(2));
            }
        }
        return flags;
    }

    private static List<Flag> etcdsFlags() {
        return Arrays.stream(Flag.values())
                .filter(flag -> flag.group() != FlagGroup.METASTORE && flag.group() != FlagGroup.START)
                .toList();
    }

    @Test
    void everyFlagOfEtcdIsHereWithItsDefault() throws Exception {
        Map<String, String> etcds = flagsIn(run(etcd(), List.of("--help")).out());
        assertThat(etcds).hasSizeGreaterThan(100);
        ONLY_IN_HELP.forEach(etcds::remove);

        assertThat(etcdsFlags().stream().map(Flag::flagName)).containsExactlyInAnyOrderElementsOf(etcds.keySet());
        for (Flag flag : etcdsFlags()) {
            if (!NOT_TOLD.contains(flag)) {
                assertThat(etcds.get(flag.flagName()))
                        .as(flag.flagName())
                        .isEqualTo(TOLD_OTHERWISE.getOrDefault(flag, flag.defaultValue()));
            }
        }
    }

    @Test
    void everyFlagHereIsOneOfEtcdAndTakesItsDefaultThere() throws Exception {
        List<String> arguments = new ArrayList<>();
        for (Flag flag : etcdsFlags()) {
            // What has no default in text cannot be given it.
            if (!flag.defaultValue().isEmpty()) {
                arguments.add("--" + flag.flagName() + "=" + flag.defaultValue());
            }
        }
        arguments.add("--version");

        Ended there = run(etcd(), arguments);
        Ended here = run(metastore(), arguments);

        assertThat(there.err()).isEmpty();
        assertThat(there.code()).isZero();
        assertThat(here.code()).isZero();
        assertThat(here.out().lines().map(line -> line.replaceAll(":.*", "")))
                .containsExactlyElementsOf(there.out()
                        .lines()
                        .map(line -> line.replaceAll(":.*", ""))
                        .toList());
    }

    @Test
    void itsOwnHelpTellsEveryFlag() throws Exception {
        Ended help = run(metastore(), List.of("--help"));

        assertThat(help.code()).isZero();
        assertThat(flagsIn(help.out())).hasSize(Flag.values().length - 2);
    }

    @Test
    void complaintsAreEtcds() throws Exception {
        for (List<String> wrong : List.of(
                List.of("--no-such-flag=1"),
                List.of("--name"),
                List.of("--heartbeat-interval=abc"),
                List.of("--unsafe-no-fsync=maybe"),
                List.of("--feature-gates=Foo=true"),
                List.of("--quota-backend-bytes=99999999999999999999"),
                List.of("---x"))) {
            Ended there = run(etcd(), wrong);
            Ended here = run(metastore(), wrong);

            assertThat(here.code()).as("%s", wrong).isEqualTo(there.code()).isEqualTo(2);
            assertThat(here.err().lines().findFirst())
                    .isEqualTo(there.err().lines().findFirst());
        }
    }

    @Test
    void whatDoesNotFitTogetherIsLoggedAsEtcdLogsIt() throws Exception {
        for (List<String> wrong : List.of(
                List.of("positional"),
                List.of("--election-timeout=400"),
                List.of("--election-timeout=60000"),
                List.of("--auto-compaction-mode=x"),
                List.of("--log-format=xml"),
                List.of("--logger=capnslog"),
                List.of("--logger=paper"),
                List.of("--log-outputs=default,stdout"),
                List.of("--discovery-fallback=proxy"),
                List.of("--feature-gates=LeaseCheckpointPersist=true"),
                List.of("--config-file=/no/such/file"))) {
            Ended there = run(etcd(), wrong);
            Ended here = run(metastore(), wrong);

            assertThat(here.code()).as("%s", wrong).isEqualTo(there.code()).isEqualTo(1);
            assertThat(errorIn(here.err())).isEqualTo(errorIn(there.err()));
        }
    }

    private static String errorIn(String log) {
        Matcher error = Pattern.compile("\"msg\":\"failed to verify flags\",\"error\":\"(.*)\"}")
                .matcher(log);
        return error.find() ? error.group(1) : "no error in " + log;
    }
}
