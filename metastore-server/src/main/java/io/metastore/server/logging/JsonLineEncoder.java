package io.metastore.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;

/** One JSON object a line with etcd's keys: level, ts, caller, msg, and the event's own (etcd: client/pkg/logutil/zap.go). */
public final class JsonLineEncoder extends LineEncoder {
    @Override
    void write(StringBuilder line, ILoggingEvent event, LogLine parts, String timestamp) {
        Json.field(line.append('{'), "level", parts.level());
        Json.field(line.append(','), "ts", timestamp);
        Json.field(line.append(','), "caller", parts.caller());
        Json.field(line.append(','), "msg", parts.message());
        appendFields(line, event, parts);
        line.append('}');
    }
}
