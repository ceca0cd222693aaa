package io.metastore.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;

/** Time, level, caller and message between tabs, then the fields as JSON: zap's console format. */
final class ConsoleLineEncoder extends LineEncoder {
    @Override
    void write(StringBuilder line, ILoggingEvent event, LogLine parts, String timestamp) {
        line.append(timestamp)
                .append('\t')
                .append(parts.level())
                .append('\t')
                .append(parts.caller())
                .append('\t')
                .append(parts.message());
        StringBuilder fields = new StringBuilder();
        appendFields(fields, event, parts);
        if (!fields.isEmpty()) {
            line.append("\t{").append(fields, 1, fields.length()).append('}');
        }
    }
}
