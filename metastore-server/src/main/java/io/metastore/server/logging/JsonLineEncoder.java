package io.metastore.server.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/** One JSON object a line with etcd's keys: level, ts, caller, msg, and the event's own (etcd: server/embed/config_logging.go). */
public final class JsonLineEncoder extends EncoderBase<ILoggingEvent> {
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSXX").withZone(ZoneOffset.UTC);

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        line.append('{');
        field(line, "level", event.getLevel().toString().toLowerCase(Locale.ROOT));
        field(line.append(','), "ts", TIMESTAMP.format(Instant.ofEpochMilli(event.getTimeStamp())));
        field(line.append(','), "caller", callerOf(event.getLoggerName()));
        field(line.append(','), "msg", event.getFormattedMessage());
        if (event.getKeyValuePairs() != null) {
            for (KeyValuePair pair : event.getKeyValuePairs()) {
                field(line.append(','), pair.key, String.valueOf(pair.value));
            }
        }
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            field(line.append(','), "error", thrown.getClassName() + ": " + thrown.getMessage());
            field(line.append(','), "stacktrace", ThrowableProxyUtil.asString(thrown));
        }
        return line.append("}\n").toString().getBytes(UTF_8);
    }

    private static String callerOf(String logger) {
        int classStart = logger.lastIndexOf('.');
        int packageStart = logger.lastIndexOf('.', classStart - 1);
        return logger.substring(packageStart + 1).replace('.', '/');
    }

    private static void field(StringBuilder line, String name, String value) {
        quote(line, name);
        quote(line.append(':'), value);
    }

    private static void quote(StringBuilder line, String text) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> line.append("\\\"");
                case '\\' -> line.append("\\\\");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> {
                    if (c < 0x20) {
                        line.append("\\u%04x".formatted((int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
        line.append('"');
    }
}
