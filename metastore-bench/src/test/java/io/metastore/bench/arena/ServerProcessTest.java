package io.metastore.bench.arena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ServerProcessTest {
    @TempDir
    private Path dir;

    private Contender contender(String script) throws Exception {
        Path program = dir.resolve("server");
        Files.writeString(program, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new Contender("server", program, List.of("--extra=1"));
    }

    private static char state(long pid) throws Exception {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }

    private static void awaitState(long pid, char wanted) throws Exception {
        long end = System.nanoTime() + 5_000_000_000L;
        while (state(pid) != wanted && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(state(pid)).isEqualTo(wanted);
    }

    @Test
    void isReadyWhenItSaysSo() throws Exception {
        Contender sleeper =
                contender("echo \"$@\"; echo '{\"msg\":\"ready to serve client requests\"}'; exec sleep 60");

        ServerProcess server = new ServerProcess(sleeper, dir.resolve("a"), Seat.alone(Ports.free()), 1 << 20);
        long pid = server.pid();
        try {
            server.awaitReady();
            assertThat(server.untilReady()).isPositive();
            server.freeze();
            awaitState(pid, 'T');
            server.thaw();
            awaitState(pid, 'S');
            server.freeze();
        } finally {
            server.close();
        }

        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
        assertThat(Files.readString(dir.resolve("a/server.log")))
                .contains("--data-dir=" + dir.resolve("a/data"))
                .contains("--listen-client-urls=http://" + server.endpoint())
                .contains("--quota-backend-bytes=1048576 --extra=1\n");
    }

    @Test
    void foundersOfAClusterAreToldOfEachOther() {
        List<Seat> seats = Seat.round(List.of(new Ports(1, 11), new Ports(2, 12), new Ports(3, 13)));
        String all = "m1=http://127.0.0.1:11,m2=http://127.0.0.1:12,m3=http://127.0.0.1:13";
        assertThat(seats)
                .containsExactly(
                        new Seat("m1", new Ports(1, 11), all, false),
                        new Seat("m2", new Ports(2, 12), all, false),
                        new Seat("m3", new Ports(3, 13), all, false));
    }

    @Test
    void whoComesLaterIsToldOfTheOthers() {
        List<Seat> seats = Seat.round(List.of(new Ports(1, 11), new Ports(2, 12)));
        assertThat(Seat.beside(seats, "late", new Ports(3, 13)))
                .isEqualTo(new Seat(
                        "late",
                        new Ports(3, 13),
                        "m1=http://127.0.0.1:11,m2=http://127.0.0.1:12,late=http://127.0.0.1:13",
                        true));
    }

    @Test
    void aServerThatEndsSaysWhatItSaid() throws Exception {
        Contender broken = contender("echo 'unknown flag'; exit 2");

        try (ServerProcess server = new ServerProcess(broken, dir.resolve("b"), Seat.alone(Ports.free()), 1 << 20)) {
            assertThatThrownBy(server::awaitReady)
                    .hasMessageContaining("did not get ready")
                    .hasMessageContaining("unknown flag");
        }
    }

    @Test
    void aMissingProgramIsSaidAtOnce() {
        assertThatThrownBy(() -> new Contender("etcd", dir.resolve("none"), List.of()))
                .hasMessageContaining("no executable");
        assertThatThrownBy(() -> Contender.of("no-such-program", null, List.of(), List.of()))
                .hasMessageContaining("--no-such-program");
    }
}
