package io.metastore.server.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.metastore.server.gateway.MessageShape.Field;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Writes messages as JSON as Go's protobuf does with the names of the proto file (Go: protobuf/encoding/protojson): 64-bit
 * numbers as strings, bytes in padded base64, enums by name, what is unset left out, and no space anywhere.
 */
final class MessageWriter {
    private static final byte[] TRUE = ascii("true");
    private static final byte[] FALSE = ascii("false");
    private static final String HEX = "0123456789abcdef";
    private static final char LINE_SEPARATOR = '\u2028';
    private static final char PARAGRAPH_SEPARATOR = '\u2029';

    private final ByteBuf target;
    private final boolean inLine;

    /**
     * @param inLine whether it becomes part of a line of a stream, where Go's JSON writer escapes what HTML or JavaScript would
     *     stumble over
     */
    MessageWriter(ByteBuf target, boolean inLine) {
        this.target = target;
        this.inLine = inLine;
    }

    void write(Message message, MessageShape shape) {
        target.writeByte('{');
        boolean first = true;
        for (Field field : shape.fields()) {
            FieldDescriptor descriptor = field.descriptor();
            int count = descriptor.isRepeated() ? message.getRepeatedFieldCount(descriptor) : -1;
            if (count == 0 || (count < 0 && !message.hasField(descriptor))) {
                continue;
            }
            if (!first) {
                target.writeByte(',');
            }
            first = false;
            field.writeLabel(target);
            if (count < 0) {
                writeValue(field, message.getField(descriptor));
            } else {
                writeList(field, message, count);
            }
        }
        target.writeByte('}');
    }

    private void writeList(Field field, Message message, int count) {
        target.writeByte('[');
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                target.writeByte(',');
            }
            writeValue(field, message.getRepeatedField(field.descriptor(), i));
        }
        target.writeByte(']');
    }

    private void writeValue(Field field, Object value) {
        switch (field.descriptor().getType()) {
            case MESSAGE -> write((Message) value, field.messageShape());
            case BYTES -> writeBase64((ByteString) value);
            case STRING -> writeText((String) value);
            case BOOL -> target.writeBytes((Boolean) value ? TRUE : FALSE);
            case ENUM -> writeEnum((EnumValueDescriptor) value);
            case INT64 -> writeQuoted(Long.toString((Long) value));
            case UINT64 -> writeQuoted(Long.toUnsignedString((Long) value));
            case UINT32 -> writeAscii(Integer.toUnsignedString((Integer) value));
            default -> writeAscii(value.toString());
        }
    }

    private void writeEnum(EnumValueDescriptor value) {
        if (value.getIndex() < 0) {
            writeAscii(Integer.toString(value.getNumber())); // not in the proto file
        } else {
            writeQuoted(value.getName());
        }
    }

    private void writeBase64(ByteString bytes) {
        target.writeByte('"');
        target.writeBytes(Base64.getEncoder().encode(bytes.toByteArray()));
        target.writeByte('"');
    }

    private void writeQuoted(String ascii) {
        target.writeByte('"');
        writeAscii(ascii);
        target.writeByte('"');
    }

    private void writeAscii(String ascii) {
        ByteBufUtil.writeAscii(target, ascii);
    }

    /** A text in quotes. */
    void writeText(String text) {
        target.writeByte('"');
        int plainFrom = 0;
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (isEscaped(next)) {
                ByteBufUtil.writeUtf8(target, text, plainFrom, i);
                writeEscaped(next);
                plainFrom = i + 1;
            }
        }
        ByteBufUtil.writeUtf8(target, text, plainFrom, text.length());
        target.writeByte('"');
    }

    private boolean isEscaped(char next) {
        return switch (next) {
            case '"', '\\' -> true;
            case '<', '>', '&', LINE_SEPARATOR, PARAGRAPH_SEPARATOR -> inLine;
            default -> next < ' ';
        };
    }

    private void writeEscaped(char next) {
        target.writeByte('\\');
        switch (next) {
            case '"', '\\' -> target.writeByte(next);
            case '\b' -> target.writeByte('b');
            case '\f' -> target.writeByte('f');
            case '\n' -> target.writeByte('n');
            case '\r' -> target.writeByte('r');
            case '\t' -> target.writeByte('t');
            default -> {
                target.writeByte('u');
                for (int shift = 12; shift >= 0; shift -= 4) {
                    target.writeByte(HEX.charAt(next >> shift & 0xf));
                }
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
