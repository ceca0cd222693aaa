package io.metastore.bench.arena;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Where one member listens on loopback, for clients and for peers. It keeps them when it is started again. */
public record Ports(int client, int peer) {

    public String peerUrl() {
        return "http://127.0.0.1:" + peer;
    }

    public static Ports free() throws IOException {
        try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket second = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Ports(first.getLocalPort(), second.getLocalPort());
        }
    }
}
