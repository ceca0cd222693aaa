package io.metastore.server.compat.etcdctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.api.rpc.AlarmRequest;
import io.metastore.api.rpc.AlarmType;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.server.process.Binaries;
import io.metastore.server.process.Eventually;
import io.metastore.server.process.ProcessMember;
import io.metastore.server.process.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What etcdctl prints at a real etcd and at another server, command by command. A test lists all that differs. */
@Tag("compat")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
abstract class EtcdctlContract {

    private static final Duration BOUND = Duration.ofSeconds(20);

    private final SoftAssertions found = new SoftAssertions();
    private ProcessMember etcd;
    private ProcessMember other;
    private Shell atEtcd;
    private Shell atOther;

    abstract Program other();

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        Path etcdctl = Binaries.etcdctl();
        Program reference = Binaries.etcd();
        Program compared = other();
        etcd = new ProcessMember(reference, directory.resolve("etcd")).start();
        other = new ProcessMember(compared, directory.resolve("other")).start();
        atEtcd = new Shell(etcdctl, etcd, Files.createDirectory(directory.resolve("at-etcd")));
        atOther = new Shell(etcdctl, other, Files.createDirectory(directory.resolve("at-other")));
    }

    @AfterEach
    void stop() {
        if (etcd != null) {
            etcd.close();
        }
        if (other != null) {
            other.close();
        }
        found.assertAll();
    }

    @Test
    void put() {
        same("put", "a", "1");
        same("put", "a", "2", "--prev-kv");
        same("put", "a", "3", "-w", "json");
        same("put", "a", "4", "-w", "fields", "--prev-kv");
        same("put", "a", "--ignore-value");
        same("put", "a", "5", "--ignore-lease");
        same("put", "none", "--ignore-value");
        same("put", "a", "6", "--lease=123abc");
        same("put", "", "x");
        same("put", "a");
        sameWithInput("from stdin", "put", "b");
        same("get", "a", "b", "-w", "json");
    }

    @Test
    void get() {
        for (String key : new String[] {"g/1", "g/2", "g/3", "g/1", "g/4", "g/2"}) {
            same("put", key, "value of " + key);
        }
        for (String[] options : new String[][] {
            {"g/1"},
            {"g/missing"},
            {"g/", "--prefix"},
            {"g/2", "--from-key", "--limit=2"},
            {"g/1", "g/3"},
            {"g/", "--prefix", "--keys-only"},
            {"g/", "--prefix", "--count-only", "-w", "fields"},
            {"g/", "--prefix", "--count-only", "-w", "json"},
            {"g/", "--prefix", "--print-value-only"},
            {"g/", "--prefix", "--limit=2"},
            {"g/1", "--hex"},
            {"g/", "--prefix", "--consistency=s"},
            {"g/", "--prefix", "--order=DESCEND"},
            {"g/", "--prefix", "--sort-by=VERSION", "--order=ASCEND"},
            {"g/", "--prefix", "--sort-by=CREATE"},
            {"g/", "--prefix", "--sort-by=MODIFY", "--order=DESCEND"},
            {"g/", "--prefix", "--sort-by=VALUE"},
            {"g/", "--prefix", "--sort-by=KEY", "--limit=1"},
            {"g/", "--prefix", "--rev=3"},
            {"g/", "--prefix", "--rev=100000"},
            {"g/", "--prefix", "--stream"},
            {"g/", "--prefix", "--min-mod-rev=4"},
            {"g/", "--prefix", "--max-mod-rev=4"},
            {"g/", "--prefix", "--min-create-rev=3"},
            {"g/", "--prefix", "--max-create-rev=3"},
            {"", "--prefix", "--keys-only"},
            {"", "--from-key", "--limit=3"},
            {"g/1", "--order=sideways"},
        }) {
            for (String format : new String[] {"simple", "json", "fields"}) {
                String[] arguments = concat(new String[] {"get"}, options);
                same(concat(arguments, new String[] {"-w", format}));
            }
        }
    }

    @Test
    void del() {
        same("put", "x1", "1");
        same("put", "x2", "2");
        same("put", "x3", "3");
        same("put", "x4", "4");
        same("del", "x1");
        same("del", "x1");
        same("del", "x2", "x4", "--prev-kv");
        same("del", "x", "--prefix", "-w", "json");
        same("del", "zzz", "--from-key", "-w", "fields");
        same("del", "x", "--range");
    }

    @Test
    void txn() {
        same("put", "t", "1");
        sameWithInput("value(\"t\") = \"1\"\n\nput t 2\nget t\ndel u\n\nput u 1\n\n", "txn");
        sameWithInput("value(\"t\") = \"1\"\n\nput t 3\n\nput u 1\nget t u\n\n", "txn", "-w", "json");
        sameWithInput("mod(\"t\") > \"0\"\nver(\"t\") = \"2\"\n\nget t\n\nget u\n\n", "txn", "-i");
        sameWithInput("create(\"nothing\") = \"0\"\n\nput t 9 --prev-kv\ndel u --prev-kv\n\n\n", "txn", "-w", "fields");
        sameWithInput("\n\nput t 1\nput t 2\n\n\n", "txn");
        sameWithInput("nonsense\n\n\n\n", "txn");
    }

    @Test
    void watchFromRevision() {
        same("put", "w/1", "1");
        same("put", "w/2", "1");
        same("del", "w/1");
        same("put", "w/1", "2");
        sameWatch(12, "watch", "w/", "--prefix", "--rev=2");
        sameWatch(10, "watch", "w/1", "--rev=2", "--prev-kv");
        sameWatch(1, "watch", "w/", "--prefix", "--rev=2", "-w", "json");
        sameWatch(38, "watch", "w/1", "w/3", "--rev=2", "-w", "fields", "--prev-kv");
        sameWatch(12, "watch", "w/1", "--rev=2", "--", "echo", "event");
    }

    @Test
    void watchFollowsAndTellsProgress() {
        Etcdctl.Result first = interactiveWatch(atEtcd);
        Etcdctl.Result second = interactiveWatch(atOther);
        // What etcdctl says of its own end on stderr depends on when the signal meets it.
        assertThat(second.out()).isEqualTo(first.out());
        assertThat(first.out()).contains("progress notify: ");
    }

    @Test
    void watchOfCompactedRevision() {
        same("put", "c", "1");
        same("put", "c", "2");
        same("put", "c", "3");
        same("compaction", "4");
        // It ends by itself, with an error.
        same("watch", "c", "--rev=1");
    }

    @Test
    void lease() {
        same("lease", "grant", "100");
        same("lease", "timetolive", "{lease}");
        same("put", "l/1", "1", "--lease={lease}");
        same("put", "l/2", "2", "--lease={lease}");
        same("get", "l/", "--prefix", "-w", "json");
        same("lease", "keep-alive", "--once", "{lease}");
        same("lease", "keep-alive", "--once", "{lease}", "-w", "json");
        same("lease", "timetolive", "{lease}", "-w", "json");
        same("lease", "timetolive", "{lease}", "-w", "fields");
        // etcd lists the keys of a lease in any order, so only one is left to be listed.
        same("del", "l/2");
        same("lease", "timetolive", "{lease}", "--keys");
        same("lease", "list");
        same("lease", "list", "-w", "json");
        same("lease", "revoke", "{lease}");
        same("get", "l/", "--prefix");
        same("lease", "revoke", "{lease}");
        same("lease", "timetolive", "{lease}", "--keys");
        same("lease", "keep-alive", "--once", "{lease}");
        same("lease", "list");
        same("lease", "grant", "99999999999");
        same("lease", "grant", "zero");
    }

    @Test
    void compaction() {
        for (int i = 0; i < 20; i++) {
            same("put", "compact", Integer.toString(i));
        }
        same("compaction", "12");
        same("compaction", "12");
        same("compaction", "100000");
        same("get", "compact", "--rev=3");
        same("compaction", "--physical", "14");
        same("endpoint", "hashkv");
        same("compaction", "many");
    }

    @Test
    void maintenance() {
        same("put", "m", "1");
        same("defrag");
        same("endpoint", "status");
        same("endpoint", "status", "-w", "json");
        same("endpoint", "status", "-w", "fields");
        same("endpoint", "health");
        same("endpoint", "health", "-w", "json");
        same("endpoint", "hashkv");
        same("endpoint", "hashkv", "--rev=2");
        same("endpoint", "hashkv", "-w", "json");
        same("endpoint", "hashkv", "-w", "fields");
        same("member", "list");
        same("member", "list", "-w", "json");
        same("member", "list", "-w", "fields");
        same("member", "list", "-w", "table");
        same("move-leader", "nonsense");
    }

    @Test
    void downgrade() {
        same("downgrade", "validate", "3.6");
        same("downgrade", "validate", "3.6", "-w", "json");
        same("downgrade", "validate", "3.6", "-w", "fields");
        same("downgrade", "validate", "v3.6");
        same("downgrade", "validate", "3.7");
        same("downgrade", "validate", "3.5.1");
        same("downgrade", "validate");
        same("downgrade", "enable", "3");
        same("downgrade", "enable", "3.5");
        same("downgrade", "cancel");
        same("downgrade", "enable", "3.6.4");
        same("downgrade", "enable", "3.5");
        sameFollowsTo("3.6.0");
        same("downgrade", "validate", "3.6");
        same("downgrade", "validate", "3.5");
        same("downgrade", "enable", "3.5");
        same("endpoint", "status");
        same("endpoint", "status", "-w", "json");
        same("downgrade", "cancel", "-w", "json");
        same("endpoint", "status", "-w", "fields");
        sameFollowsTo("3.7.0");
        same("endpoint", "status", "-w", "json");
    }

    /** Both say by themselves, after a while, that they are of this version of storage. */
    private void sameFollowsTo(String storageVersion) {
        for (ProcessMember member : List.of(etcd, other)) {
            var channel = member.channel();
            Eventually.await(
                    BOUND,
                    () -> "%s is of storage version %s".formatted(member.endpoint(), storageVersion),
                    () -> MaintenanceGrpc.newBlockingStub(channel)
                            .status(StatusRequest.getDefaultInstance())
                            .getStorageVersion()
                            .equals(storageVersion));
            channel.shutdownNow();
        }
    }

    @Test
    void alarms() {
        same("alarm", "list");
        raiseNoSpace(etcd);
        raiseNoSpace(other);
        same("alarm", "list");
        same("alarm", "list", "-w", "json");
        same("put", "full", "1");
        same("get", "full");
        same("endpoint", "health");
        same("endpoint", "status");
        same("alarm", "disarm");
        same("alarm", "list");
        same("put", "full", "1");
    }

    @Test
    void lock() {
        same("lock", "l", "echo", "held");
        same("lock", "l", "sh", "-c", "echo revision $ETCD_LOCK_REV; exit 3");
        same("get", "l", "--prefix");
        sameQueue(List.of("lock", "l"), "l/");
        same("lock");
    }

    @Test
    void elect() {
        sameQueue(List.of("elect", "e", "me"), "e/");
        sameObserver();
        same("elect", "e");
        same("elect", "e", "me", "-l");
    }

    @Test
    void usersAndRoles() {
        same("auth", "status");
        same("auth", "enable");
        same("user", "add", "root:root-pw");
        same("user", "add", "root:again");
        same("user", "add", "alice", "--new-user-password=alice-pw");
        same("user", "add", "cn", "--no-password");
        same("user", "add", "", "--no-password");
        same("user", "list");
        same("user", "list", "-w", "json");
        same("user", "get", "alice");
        same("user", "get", "nobody");
        same("role", "add", "reader");
        same("role", "add", "reader");
        same("role", "grant-permission", "reader", "read", "a", "c");
        same("role", "grant-permission", "reader", "readwrite", "own");
        same("role", "grant-permission", "reader", "write", "p/", "--prefix=true");
        same("role", "grant-permission", "reader", "read", "x", "--from-key=true");
        same("role", "grant-permission", "reader", "read", "c", "a");
        same("role", "grant-permission", "nothing", "read", "a");
        same("role", "grant-permission", "reader", "dance", "a");
        same("role", "get", "reader");
        same("role", "get", "reader", "-w", "json");
        same("role", "list");
        same("user", "grant-role", "alice", "reader");
        same("user", "grant-role", "alice", "reader");
        same("user", "grant-role", "alice", "nothing");
        same("user", "get", "alice", "--detail");
        same("user", "get", "alice", "-w", "json");
        same("role", "revoke-permission", "reader", "x", "--from-key=true");
        same("role", "revoke-permission", "reader", "x", "--from-key=true");
        same("role", "get", "reader");
        same("user", "revoke-role", "alice", "nothing");
        same("role", "delete", "nothing");
        same("user", "delete", "cn");
        same("user", "delete", "cn");
        same("auth", "enable");
        same("auth", "status");
    }

    @Test
    void permissions() {
        same("user", "add", "root:root-pw");
        same("user", "add", "alice:alice-pw");
        same("role", "add", "r");
        same("role", "grant-permission", "r", "readwrite", "a", "c");
        same("user", "grant-role", "alice", "r");
        same("auth", "enable");
        same("auth", "enable");
        same("put", "a", "1");
        same("get", "a");
        same("--user=alice:alice-pw", "put", "a", "1");
        same("--user=alice:alice-pw", "put", "c", "1");
        same("--user=alice:alice-pw", "get", "a", "c");
        same("--user=alice:alice-pw", "get", "a", "--from-key");
        same("--user=alice:alice-pw", "get", "", "--prefix");
        same("--user=alice:alice-pw", "del", "a", "d");
        same("--user=alice:wrong", "get", "a");
        same("--user=nobody:wrong", "get", "a");
        same("--user=alice", "--password=alice-pw", "get", "a", "-w", "json");
        same("--user=alice:alice-pw", "user", "get", "alice");
        same("--user=alice:alice-pw", "user", "list");
        same("--user=alice:alice-pw", "role", "get", "r");
        same("--user=alice:alice-pw", "compaction", "2");
        same("--user=alice:alice-pw", "defrag");
        same("--user=alice:alice-pw", "member", "list");
        same("--user=alice:alice-pw", "endpoint", "status");
        same("--user=alice:alice-pw", "lease", "grant", "100");
        same("--user=alice:alice-pw", "put", "b", "1", "--lease={lease}");
        same("--user=root:root-pw", "put", "z", "1", "--lease={lease}");
        same("--user=alice:alice-pw", "lease", "timetolive", "{lease}", "--keys");
        same("--user=alice:alice-pw", "lease", "keep-alive", "--once", "{lease}");
        same("--user=alice:alice-pw", "lease", "list");
        same("--user=alice:alice-pw", "lease", "revoke", "{lease}");
        same("--user=alice:alice-pw", "watch", "z");
        same("--user=alice:alice-pw", "lock", "a/lock", "echo", "held");
        same("--user=alice:alice-pw", "lock", "z/lock", "echo", "held");
        same("--user=root:root-pw", "role", "get", "root");
        same("--user=root:root-pw", "user", "delete", "root");
        same("--user=root:root-pw", "role", "delete", "root");
        same("--user=root:root-pw", "user", "revoke-role", "root", "root");
        sameWithInput("new-pw\n", "--user=root:root-pw", "user", "passwd", "alice", "--interactive=false");
        same("--user=alice:alice-pw", "get", "a");
        same("--user=alice:new-pw", "get", "a");
        same("--user=alice:new-pw", "auth", "disable");
        same("--user=root:root-pw", "auth", "disable");
        same("auth", "disable");
        same("get", "a");
        same("--user=root:root-pw", "get", "a");
    }

    /** Two of them: the second prints its key when the first has been stopped, and not before. */
    private void sameQueue(List<String> command, String prefix) {
        Function<Shell, List<Etcdctl.Result>> queue = shell -> {
            Etcdctl.Running first = shell.start(command);
            assertThat(first.prints(BOUND, out -> out.endsWith("\n") && out.contains(prefix)))
                    .isTrue();
            Etcdctl.Running second = shell.start(command);
            assertThat(keys(shell, prefix, 2)).isTrue();
            assertThat(second.out()).isEmpty();
            Etcdctl.Result stopped = first.stop();
            assertThat(second.prints(BOUND, out -> out.endsWith("\n") && out.contains(prefix)))
                    .isTrue();
            return List.of(withoutKeys(shell, stopped, prefix), withoutKeys(shell, second.stop(), prefix));
        };
        List<Etcdctl.Result> first = queue.apply(atEtcd);
        found.assertThat(queue.apply(atOther))
                .as("etcdctl %s", String.join(" ", command))
                .isEqualTo(first);
    }

    private void sameObserver() {
        Function<Shell, Etcdctl.Result> observe = shell -> {
            Etcdctl.Running leader = shell.start(List.of("elect", "o", "me"));
            assertThat(leader.prints(BOUND, out -> out.endsWith("me\n"))).isTrue();
            Etcdctl.Running observer = shell.start(List.of("elect", "-l", "o"));
            assertThat(observer.prints(BOUND, out -> out.endsWith("me\n"))).isTrue();
            leader.stop();
            Etcdctl.Running next = shell.start(List.of("elect", "o", "you"));
            assertThat(observer.prints(BOUND, out -> out.endsWith("you\n"))).isTrue();
            next.stop();
            // What etcdctl says of its own end on stderr depends on when the signal meets it.
            Etcdctl.Result seen = withoutKeys(shell, observer.stop(), "o/");
            return new Etcdctl.Result(seen.exitCode(), seen.out(), "");
        };
        Etcdctl.Result first = observe.apply(atEtcd);
        found.assertThat(observe.apply(atOther)).as("etcdctl elect -l").isEqualTo(first);
    }

    private static boolean keys(Shell shell, String prefix, int count) {
        return Eventually.holds(
                BOUND, () -> shell.run("", List.of("get", prefix, "--prefix", "--count-only", "-w", "fields"))
                        .out()
                        .contains("\"Count\" : " + count));
    }

    /** A key is named after a lease, which the server chose. */
    private static Etcdctl.Result withoutKeys(Shell shell, Etcdctl.Result result, String prefix) {
        Etcdctl.Result masked = shell.masked(result);
        return new Etcdctl.Result(
                masked.exitCode(), masked.out().replaceAll(prefix + "[0-9a-f]+", prefix + "<lease-hex>"), masked.err());
    }

    private void same(String... arguments) {
        sameWithInput("", arguments);
    }

    private void sameWithInput(String input, String... arguments) {
        Etcdctl.Result first = atEtcd.run(input, List.of(arguments));
        Etcdctl.Result second = atOther.run(input, List.of(arguments));
        found.assertThat(second).as("etcdctl %s", String.join(" ", arguments)).isEqualTo(first);
    }

    /** A watch that has told so many lines at the real etcd has told the same at the other. */
    private void sameWatch(int lines, String... arguments) {
        Function<Shell, Etcdctl.Result> watch = shell -> {
            Etcdctl.Running running = shell.start(List.of(arguments));
            running.prints(BOUND, out -> out.lines().count() >= lines);
            return shell.masked(running.stop());
        };
        Etcdctl.Result first = watch.apply(atEtcd);
        assertThat(first.out().lines().count())
                .as("lines of %s:%n%s", String.join(" ", arguments), first.out())
                .isGreaterThanOrEqualTo(lines);
        found.assertThat(watch.apply(atOther))
                .as("etcdctl %s", String.join(" ", arguments))
                .isEqualTo(first);
    }

    private static Etcdctl.Result interactiveWatch(Shell shell) {
        Etcdctl.Running running = shell.start(List.of("watch", "-i"));
        running.type("watch live --rev=2\n");
        // A watch that waits for the future is told of a put that comes after it, whenever that is.
        shell.run("", List.of("put", "live", "1"));
        shell.run("", List.of("put", "live", "2"));
        assertThat(running.prints(BOUND, out -> out.contains("\n2\n"))).isTrue();
        assertThat(getsProgress(running)).isTrue();
        Etcdctl.Result result = shell.masked(running.stop());
        // How often progress had to be asked for until the watch had caught up is a matter of time.
        return new Etcdctl.Result(
                result.exitCode(),
                String.join("\n", result.out().lines().distinct().toList()),
                result.err());
    }

    private static boolean getsProgress(Etcdctl.Running running) {
        for (int attempt = 0; attempt < 40; attempt++) {
            running.type("progress\n");
            if (running.prints(Duration.ofMillis(500), out -> out.contains("progress notify: "))) {
                return true;
            }
        }
        return false;
    }

    private static void raiseNoSpace(ProcessMember member) {
        var channel = member.channel();
        MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .alarm(AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                        .setAlarm(AlarmType.NOSPACE)
                        .build());
        channel.shutdownNow();
    }

    private static String[] concat(String[] first, String[] second) {
        return java.util.stream.Stream.concat(java.util.Arrays.stream(first), java.util.Arrays.stream(second))
                .toArray(String[]::new);
    }
}
