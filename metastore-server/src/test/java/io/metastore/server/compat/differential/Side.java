package io.metastore.server.compat.differential;

import io.grpc.ManagedChannel;
import io.metastore.api.rpc.MaintenanceGrpc;
import io.metastore.api.rpc.StatusRequest;
import io.metastore.api.rpc.StatusResponse;
import io.metastore.server.process.ProcessMember;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One of the two servers under comparison: a process, and the way calls take to it. */
final class Side implements AutoCloseable {

    private static final Duration HTTP_BOUND = Duration.ofSeconds(30);

    private final String name;
    private final ProcessMember member;
    private final Function<ProcessMember, ManagedChannel> dialer;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(HTTP_BOUND)
            .build();
    private ManagedChannel channel;
    private Identity identity;

    /** The dialer may put something between the calls and the process. */
    Side(String name, ProcessMember member, Function<ProcessMember, ManagedChannel> dialer) {
        this.name = name;
        this.member = member;
        this.dialer = dialer;
        this.channel = dialer.apply(member);
        this.identity = identify();
    }

    String name() {
        return name;
    }

    ManagedChannel channel() {
        return channel;
    }

    Identity identity() {
        return identity;
    }

    /** Ends the process, by force or politely, and starts it again on its data. */
    void restart(boolean byForce) {
        channel.shutdownNow();
        if (byForce) {
            member.kill();
        } else {
            member.stop();
        }
        member.start();
        channel = dialer.apply(member);
        Identity before = identity;
        identity = identify();
        if (!identity.equals(before)) {
            throw new Difference("%s was %s before its restart and is %s".formatted(name, before, identity));
        }
    }

    /** Status line and body of a GET on the client port. */
    String get(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(member.clientUrl() + path))
                .timeout(HTTP_BOUND)
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return "%d %s %s"
                    .formatted(
                            response.statusCode(),
                            response.headers().firstValue("content-type").orElse(""),
                            response.body());
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** What the process logged last, to explain a difference. */
    String logTail() {
        return member.logTail();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        member.close();
    }

    private Identity identify() {
        StatusResponse status = MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .withWaitForReady()
                .status(StatusRequest.getDefaultInstance());
        Identity found = new Identity(
                status.getHeader().getClusterId(),
                status.getHeader().getMemberId(),
                member.clientUrl(),
                member.peerUrl());
        if (found.clusterId() == 0
                || found.memberId() == 0
                || status.getHeader().getRaftTerm() == 0) {
            throw new Difference("%s has no id or term: %s".formatted(name, status));
        }
        return found;
    }
}
