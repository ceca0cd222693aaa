package io.metastore.server.process.faults;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Whose a connection on loopback is: the kernel's table of sockets knows its number, and the process that holds it shows it
 * among its open files. So a proxy learns which member called, whatever that member speaks.
 */
final class SocketOwner {

    private static final int LOCAL = 1;
    private static final int REMOTE = 2;
    private static final int INODE = 9;

    private SocketOwner() {}

    /** The process, of those given, that holds the end of the connection with these ports; empty if it is gone. */
    static OptionalLong of(int localPort, int remotePort, List<Long> processes) throws IOException {
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/net", table))) {
                String[] fields = line.strip().split("\\s+");
                if (portOf(fields[LOCAL]) == localPort && portOf(fields[REMOTE]) == remotePort) {
                    return holder("socket:[" + fields[INODE] + "]", processes);
                }
            }
        }
        return OptionalLong.empty();
    }

    private static int portOf(String address) {
        int colon = address.lastIndexOf(':');
        return address.startsWith("local") || colon < 0 ? -1 : Integer.parseInt(address.substring(colon + 1), 16);
    }

    private static OptionalLong holder(String socket, List<Long> processes) {
        return processes.stream()
                .mapToLong(Long::longValue)
                .filter(pid -> holds(pid, socket))
                .findFirst();
    }

    private static boolean holds(long pid, String socket) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path file : files) {
                if (isLinkTo(file, socket)) {
                    return true;
                }
            }
        } catch (IOException gone) {
            // The process has ended.
        }
        return false;
    }

    private static boolean isLinkTo(Path file, String socket) {
        try {
            return Files.readSymbolicLink(file).toString().equals(socket);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
