package io.metastore.server.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** What the encoders share: the time's form and where an exception goes. */
abstract sealed class LineEncoder extends EncoderBase<ILoggingEvent> permits JsonLineEncoder, ConsoleLineEncoder {
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSXX").withZone(ZoneId.systemDefault());

    @Override
    public final byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public final byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public final byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(200);
        write(line, event, LogLine.of(event), TIMESTAMP.format(event.getInstant()));
        return line.append('\n').toString().getBytes(UTF_8);
    }

    abstract void write(StringBuilder line, ILoggingEvent event, LogLine parts, String timestamp);

    /** The fields as {@code ,"name":value} each, an exception's last. */
    static void appendFields(StringBuilder line, ILoggingEvent event, LogLine parts) {
        boolean errorTold = false;
        for (LogLine.Field field : parts.fields()) {
            Json.field(line.append(','), field.name(), field.value());
            errorTold |= field.name().equals("error");
        }
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            Json.field(
                    line.append(','),
                    errorTold ? "cause" : "error",
                    thrown.getClassName() + ": " + thrown.getMessage());
            Json.field(line.append(','), "stacktrace", ThrowableProxyUtil.asString(thrown));
        }
    }
}
