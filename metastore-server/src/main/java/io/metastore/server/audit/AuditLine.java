package io.metastore.server.audit;

import io.metastore.server.metrics.StatusCodes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Writes records as lines of JSON. One thread at a time. */
final class AuditLine {
    private static final DateTimeFormatter UP_TO_SECOND =
            DateTimeFormatter.ofPattern("'{\"time\":\"'yyyy-MM-dd'T'HH:mm:ss.", Locale.ROOT);
    /** By codes. */
    private static final byte[][] ENDS = ends();

    private final LineBuffer line;
    private final RequestDetail detail;

    private long cachedSecond = Long.MIN_VALUE;
    private String cachedBeginning = "";

    AuditLine(LineBuffer line) {
        this.line = line;
        this.detail = new RequestDetail(line);
    }

    private static byte[][] ends() {
        byte[][] ends = new byte[StatusCodes.COUNT][];
        for (int code = 0; code < ends.length; code++) {
            ends[code] = (",\"code\":\"" + StatusCodes.nameOf(code) + "\"}\n").getBytes(StandardCharsets.US_ASCII);
        }
        return ends;
    }

    /**
     * Adds a line.
     *
     * @param startMicros when the call began, in microseconds since 1970
     */
    void write(AuditRecord record, long startMicros) {
        time(startMicros);
        line.raw(record.origin.who(record.user));
        line.raw(",\"method\":\"").raw(record.method);
        if (record.event.isEmpty()) {
            line.raw("\"");
        } else {
            line.raw("\",\"event\":\"").raw(record.event).raw("\"");
            if (record.event.equals("create") || record.event.equals("cancel")) {
                line.raw(",\"watch\":").number(record.watchId);
            }
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
        line.raw(",\"revision\":").number(record.revision);
        line.raw(",\"micros\":").number(TimeUnit.NANOSECONDS.toMicros(record.endNanos - record.startNanos));
        line.raw(ENDS[record.code]);
    }

    /** Adds a line about lines that are missing before it. */
    void lost(long lines, long nowMicros) {
        time(nowMicros);
        line.raw(",\"lost\":").number(lines).raw("}\n");
    }

    private void time(long micros) {
        long second = Math.floorDiv(micros, 1_000_000L);
        if (second != cachedSecond) {
            cachedSecond = second;
            cachedBeginning = UP_TO_SECOND.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC));
        }
        line.raw(cachedBeginning).digits(Math.floorMod(micros, 1_000_000L), 6).raw("Z\"");
    }
}
