package io.metastore.server.audit;

import io.metastore.server.metrics.StatusCodes;
import java.net.SocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Writes records as lines of JSON. For the writer's thread alone. */
final class AuditLine {
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.", Locale.ROOT);
    private static final int MAX_ADDRESSES = 1024;

    private final LineBuffer line;
    private final RequestDetail detail;
    /** By connections' addresses, each of which is one object as long as the connection lasts. */
    private final IdentityHashMap<SocketAddress, String> addresses = new IdentityHashMap<>();

    private long cachedSecond = Long.MIN_VALUE;
    private String cachedText = "";

    AuditLine(LineBuffer line) {
        this.line = line;
        this.detail = new RequestDetail(line);
    }

    /**
     * Adds a line.
     *
     * @param startMicros when the call began, in microseconds since 1970
     */
    void write(AuditRecord record, long startMicros) {
        line.raw("{\"time\":\"");
        time(startMicros);
        line.raw("\",\"user\":").text(record.user);
        String certificate = record.origin.certificate();
        if (certificate != null) {
            line.raw(",\"certificate\":").text(certificate);
        }
        line.raw(",\"remote\":").text(remote(record.origin));
        String via = record.origin.via();
        if (!via.isEmpty()) {
            line.raw(",\"via\":").text(via);
        }
        line.raw(",\"method\":\"").raw(record.method).raw("\"");
        if (!record.event.isEmpty()) {
            line.raw(",\"event\":\"").raw(record.event).raw("\"");
        }
        if (record.event.equals("create") || record.event.equals("cancel")) {
            line.raw(",\"watch\":").number(record.watchId);
        }
        if (record.request != null) {
            detail.write(record.request);
        }
        if (record.grantedLease != 0) {
            line.raw(",\"lease\":\"").raw(Long.toHexString(record.grantedLease)).raw("\"");
        }
        if (!record.reason.isEmpty()) {
            line.raw(",\"reason\":").text(record.reason);
        }
        line.raw(",\"revision\":").number(record.header == null ? record.revision : Revisions.of(record.header));
        line.raw(",\"micros\":").number(TimeUnit.NANOSECONDS.toMicros(record.endNanos - record.startNanos));
        line.raw(",\"code\":\"").raw(StatusCodes.nameOf(record.code)).raw("\"}\n");
    }

    /** Adds a line about lines that are missing before it. */
    void lost(long lines, long nowMicros) {
        line.raw("{\"time\":\"");
        time(nowMicros);
        line.raw("\",\"lost\":").number(lines).raw("}\n");
    }

    private void time(long micros) {
        long second = Math.floorDiv(micros, 1_000_000L);
        if (second != cachedSecond) {
            cachedSecond = second;
            cachedText = SECOND.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC));
        }
        line.raw(cachedText).digits(Math.floorMod(micros, 1_000_000L), 6).raw("Z");
    }

    private String remote(Origin origin) {
        SocketAddress connection = origin.connection();
        if (connection == null) {
            return origin.remote();
        }
        String known = addresses.get(connection);
        if (known != null) {
            return known;
        }
        if (addresses.size() >= MAX_ADDRESSES) {
            addresses.clear();
        }
        String remote = origin.remote();
        addresses.put(connection, remote);
        return remote;
    }
}
