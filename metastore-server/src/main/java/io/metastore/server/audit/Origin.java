package io.metastore.server.audit;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.inprocess.InProcessSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a call comes from. What calls in process for somebody else, the gateway and services made of other services, says so
 * in a header; a header that came over the network is not looked at.
 */
public final class Origin {
    private static final Metadata.Key<String> HEADER =
            Metadata.Key.of("metastore-origin", Metadata.ASCII_STRING_MARSHALLER);

    /** The origin of all calls of a connection that is one client's. */
    public static final Attributes.Key<Origin> OF_CONNECTION = Attributes.Key.create("metastore-origin");

    private final @Nullable SocketAddress address;
    private final @Nullable String told;
    private final @Nullable String certificate;
    /** Of whoever called last: nearly always the next one too. Any thread; whichever was set last is right for its user. */
    private @Nullable Who who;

    /** How lines tell of a user who calls from here. */
    private static final class Who {
        private final String user;
        private final byte[] json;

        Who(String user, byte[] json) {
            this.user = user;
            this.json = json;
        }
    }

    private Origin(@Nullable SocketAddress address, @Nullable String told, @Nullable String certificate) {
        this.address = address;
        this.told = told;
        this.certificate = certificate;
    }

    /**
     * The origin of all calls of a connection.
     *
     * @param certificate the common name in the certificate that the connection was verified by, null if there is none
     */
    public static Origin ofConnection(@Nullable SocketAddress address, @Nullable String certificate) {
        return new Origin(address, null, certificate);
    }

    /** The origin of a call. */
    public static Origin of(Attributes connection, Metadata headers) {
        Origin known = connection.get(OF_CONNECTION);
        if (known != null) {
            return known;
        }
        SocketAddress address = connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return new Origin(address, address instanceof InProcessSocketAddress ? headers.get(HEADER) : null, null);
    }

    /**
     * Says in the headers of a call in process for whom it is made, in place of what the client may have said itself.
     *
     * @param via what makes the call: a word without a space
     */
    public static void tell(Metadata headers, @Nullable SocketAddress client, String via) {
        tell(headers, text(client), via);
    }

    /** The same for who called {@code via}. */
    public void tell(Metadata headers, String via) {
        tell(headers, remote(), via);
    }

    private static void tell(Metadata headers, String remote, String via) {
        headers.discardAll(HEADER);
        headers.put(HEADER, via + " " + remote);
    }

    /** The client's address and port; {@code in-process} for the program that the member runs in. */
    public String remote() {
        if (told != null) {
            return told.substring(told.indexOf(' ') + 1);
        }
        return address instanceof InProcessSocketAddress ? "in-process" : text(address);
    }

    /** What made the call for the client; empty if he did himself. */
    public String via() {
        return told == null ? "" : told.substring(0, Math.max(0, told.indexOf(' ')));
    }

    /** The fields of a line that say who called, made once for all calls of a user over a connection. */
    byte[] who(String user) {
        Who last = who;
        if (last == null || !last.user.equals(user)) {
            last = new Who(user, json(user));
            who = last;
        }
        return last.json;
    }

    private byte[] json(String user) {
        LineBuffer json = new LineBuffer(128);
        json.raw(",\"user\":").text(user);
        if (certificate != null) {
            json.raw(",\"certificate\":").text(certificate);
        }
        json.raw(",\"remote\":").text(remote());
        String via = via();
        if (!via.isEmpty()) {
            json.raw(",\"via\":").text(via);
        }
        return json.toByteArray();
    }

    /** Address and port without a name: looking it up could take long. */
    private static String text(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            InetAddress ip = inet.getAddress();
            String host = ip == null ? inet.getHostString() : ip.getHostAddress();
            return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + inet.getPort();
        }
        return address == null ? "" : address.toString();
    }
}
