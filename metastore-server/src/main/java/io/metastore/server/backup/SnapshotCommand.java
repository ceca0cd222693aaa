package io.metastore.server.backup;

import io.metastore.server.config.ConfigException;
import io.metastore.server.data.StartException;
import io.metastore.storage.backup.SnapshotStatus;
import io.metastore.storage.bolt.BoltException;
import io.metastore.storage.bolt.BoltFile;
import io.metastore.storage.engine.EngineException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code metastore snapshot}: options, texts and exit codes of {@code etcdutl snapshot} (etcd: etcdutl/snapshot_command.go), for
 * snapshots of either.
 */
public final class SnapshotCommand {
    /** The first argument. */
    public static final String NAME = "snapshot";

    private static final int EXIT_ERROR = 1;
    private static final int EXIT_BAD_ARGUMENTS = 128;
    private static final String DEFAULT_PEER_URL = "http://localhost:2380";

    private SnapshotCommand() {}

    /** What the operator asked for makes no sense. */
    private static final class BadArguments extends Exception {
        private static final long serialVersionUID = 1;

        BadArguments(String message) {
            super(message);
        }
    }

    /** Runs the command and returns its exit code. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        CommandLine commandLine = new CommandLine(spec());
        try {
            ParseResult parsed = commandLine.parseArgs(arguments.toArray(String[]::new));
            ParseResult asked = parsed.hasSubcommand() ? parsed.subcommand() : null;
            if (asked == null || asked.isUsageHelpRequested()) {
                CommandLine about =
                        asked == null ? commandLine : asked.commandSpec().commandLine();
                about.usage(out);
                return 0;
            }
            if (asked.commandSpec().name().equals("status")) {
                status(asked, out);
            } else {
                restore(asked, err);
            }
            return 0;
        } catch (CommandLine.ParameterException | BadArguments wrong) {
            err.println("Error: " + wrong.getMessage());
            return EXIT_BAD_ARGUMENTS;
        } catch (IOException | UncheckedIOException | ConfigException | StartException | EngineException failure) {
            err.println("Error: " + failure.getMessage());
            return EXIT_ERROR;
        }
    }

    private static void status(ParseResult asked, PrintStream out) throws BadArguments, IOException {
        Path file = fileOf(asked, "stat");
        StatusFormat format = StatusFormat.named(asked.matchedOptionValue("--write-out", "simple"))
                .orElseThrow(() -> new BadArguments("unsupported output format"));
        try (BoltFile database = BoltFile.open(file)) {
            out.print(format.print(statusOf(database)));
        }
    }

    private static SnapshotStatus statusOf(BoltFile database) throws IOException {
        try {
            return SnapshotStatus.of(database);
        } catch (BoltException damaged) {
            throw new IOException(
                    "snapshot file integrity check failed. 1 errors found.\n" + damaged.getMessage(), damaged);
        }
    }

    private static void restore(ParseResult asked, PrintStream err)
            throws BadArguments, IOException, ConfigException, StartException {
        long bump = asked.matchedOptionValue("--bump-revision", 0L);
        boolean markCompacted = asked.matchedOptionValue("--mark-compacted", false);
        if (bump < 0) {
            throw new BadArguments("invalid argument \"%d\" for \"--bump-revision\" flag".formatted(bump));
        }
        Path file = fileOf(asked, "open");
        if ((bump > 0) != markCompacted) {
            throw new BadArguments("--mark-compacted required if --revision-bump > 0");
        }
        String name = asked.matchedOptionValue("--name", "default");
        String dataDir = asked.matchedOptionValue("--data-dir", "");
        new MemberRestore(
                        new MemberRestore.Settings(
                                file,
                                Path.of(dataDir.isEmpty() ? name + ".etcd" : dataDir),
                                name,
                                asked.matchedOptionValue("--initial-cluster", "default=" + DEFAULT_PEER_URL),
                                asked.matchedOptionValue("--initial-cluster-token", "etcd-cluster"),
                                asked.matchedOptionValue("--initial-advertise-peer-urls", DEFAULT_PEER_URL),
                                asked.matchedOptionValue("--skip-hash-check", false),
                                bump),
                        Progress.onTerminal(err))
                .run();
    }

    private static Path fileOf(ParseResult asked, String operation) throws BadArguments, IOException {
        List<String> files = asked.matchedPositionalValue(0, List.of());
        if (files.size() != 1) {
            throw new BadArguments("snapshot %s requires exactly one argument"
                    .formatted(asked.commandSpec().name()));
        }
        Path file = Path.of(files.get(0));
        if (!Files.exists(file)) {
            throw new IOException(
                    "%s %s: no such file or directory".formatted(operation, file),
                    new NoSuchFileException(file.toString()));
        }
        return file;
    }

    private static CommandSpec spec() {
        CommandSpec status = command(
                        "status", "Tells hash, revision, keys and size of a snapshot, and checks its structure.")
                .addOption(text("--write-out", "-w", "simple, json, fields or table.", "simple"));
        CommandSpec restore = command("restore", "Makes a new member's data directory of a snapshot.")
                .addOption(text("--data-dir", null, "Path to the new data directory; default is <name>.etcd.", ""))
                .addOption(text("--name", null, "Human-readable name for this member.", "default"))
                .addOption(text(
                        "--initial-cluster",
                        null,
                        "Members of the new cluster, name=url,...",
                        "default=" + DEFAULT_PEER_URL))
                .addOption(text(
                        "--initial-cluster-token",
                        null,
                        "Token that enters the ids of the new cluster.",
                        "etcd-cluster"))
                .addOption(text("--initial-advertise-peer-urls", null, "This member's peer URLs.", DEFAULT_PEER_URL))
                .addOption(flag(
                        "--skip-hash-check",
                        "Ignore the checksum at the end of the file; needed for a file copied from a data directory."))
                .addOption(OptionSpec.builder("--bump-revision")
                        .type(Long.class)
                        .paramLabel("0")
                        .description("How far to move the revision on.")
                        .build())
                .addOption(flag(
                        "--mark-compacted",
                        "Take everything up to the new revision for compacted; required with --bump-revision."));
        return CommandSpec.create()
                .name("metastore " + NAME)
                .addSubcommand("status", status)
                .addSubcommand("restore", restore);
    }

    private static CommandSpec command(String name, String description) {
        CommandSpec spec = CommandSpec.create().name(name);
        spec.usageMessage().description(description);
        return spec.addPositional(PositionalParamSpec.builder()
                        .index("0..*")
                        .arity("0..*")
                        .paramLabel("<filename>")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("The snapshot.")
                        .build())
                .addOption(OptionSpec.builder("--help", "-h")
                        .usageHelp(true)
                        .type(boolean.class)
                        .description("Show this text.")
                        .build());
    }

    private static OptionSpec text(String name, @Nullable String shortName, String description, String defaultValue) {
        String[] names = shortName == null ? new String[] {name} : new String[] {name, shortName};
        return OptionSpec.builder(names)
                .type(String.class)
                .arity("1")
                .paramLabel("'" + defaultValue + "'")
                .description(description)
                .build();
    }

    private static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name)
                .type(Boolean.class)
                .arity("0..1")
                .fallbackValue("true")
                .description(description)
                .build();
    }
}
