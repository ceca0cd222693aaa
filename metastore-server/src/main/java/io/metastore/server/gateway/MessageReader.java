package io.metastore.server.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.metastore.server.gateway.JsonTokens.Kind;
import io.metastore.server.gateway.MessageShape.Field;
import java.math.BigInteger;
import java.util.Base64;
import java.util.BitSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Makes a message of JSON with the rules, and the words, of Go's protobuf where it discards what it does not know (Go:
 * protobuf/encoding/protojson): fields by either name, 64-bit numbers also as strings, bytes in either alphabet of base64
 * with or without padding, enums by name or number, unknown fields and names of enum values passed over.
 */
final class MessageReader {
    private static final BigInteger UINT64_MAX =
            BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);
    private static final long UINT32_MAX = 0xffff_ffffL;

    private final JsonTokens tokens;
    private final int maxDepth;
    private int depth;

    private MessageReader(JsonTokens tokens, int maxDepth) {
        this.tokens = tokens;
        this.maxDepth = maxDepth;
    }

    /** The message nests deeper than is taken. */
    static final class TooDeepException extends Exception {
        private static final long serialVersionUID = 1L;

        TooDeepException() {
            super("too deep", null, false, false);
        }
    }

    /**
     * Reads a message.
     *
     * @param maxDepth of messages in messages
     * @throws JsonException if the value does not fit the message
     */
    static Message read(JsonValues.Value value, Message prototype, MessageShape shape, int maxDepth)
            throws JsonException, TooDeepException {
        Message.Builder builder = prototype.newBuilderForType();
        new MessageReader(new JsonTokens(value), maxDepth).readMessage(builder, shape);
        return builder.build();
    }

    private void readMessage(Message.Builder builder, MessageShape shape) throws JsonException, TooDeepException {
        if (tokens.next() != Kind.OBJECT) {
            throw tokens.unexpected();
        }
        depth++;
        if (depth > maxDepth) {
            throw new TooDeepException();
        }
        BitSet seen = new BitSet();
        BitSet seenOneofs = new BitSet();
        while (tokens.next() != Kind.OBJECT_END) {
            int position = tokens.position();
            Field field = shape.named(tokens.text());
            if (field == null) {
                tokens.skipValue();
                continue;
            }
            FieldDescriptor descriptor = field.descriptor();
            if (seen.get(descriptor.getIndex())) {
                throw tokens.failure(position, "duplicate field " + tokens.raw());
            }
            seen.set(descriptor.getIndex());
            if (tokens.peek() == Kind.NULL) {
                tokens.next();
                continue;
            }
            if (descriptor.isRepeated()) {
                readList(builder, field);
                continue;
            }
            OneofDescriptor oneof = descriptor.getContainingOneof();
            if (oneof != null) {
                if (seenOneofs.get(oneof.getIndex())) {
                    throw tokens.failure(
                            position,
                            "error parsing %s, oneof %s is already set".formatted(tokens.raw(), oneof.getFullName()));
                }
                seenOneofs.set(oneof.getIndex());
            }
            Object value = readValue(builder, field);
            if (value != null) {
                builder.setField(descriptor, value);
            }
        }
        depth--;
    }

    private void readList(Message.Builder builder, Field field) throws JsonException, TooDeepException {
        if (tokens.next() != Kind.ARRAY) {
            throw tokens.unexpected();
        }
        while (tokens.peek() != Kind.ARRAY_END) {
            Object value = readValue(builder, field);
            if (value != null) {
                builder.addRepeatedField(field.descriptor(), value);
            }
        }
        tokens.next();
    }

    /** Null if it is passed over. */
    private @Nullable Object readValue(Message.Builder parent, Field field) throws JsonException, TooDeepException {
        if (!field.holdsMessages()) {
            return readScalar(field.descriptor());
        }
        Message.Builder builder = parent.newBuilderForField(field.descriptor());
        readMessage(builder, field.messageShape());
        return builder.build();
    }

    private @Nullable Object readScalar(FieldDescriptor field) throws JsonException {
        Kind kind = tokens.next();
        if (field.getType() == FieldDescriptor.Type.ENUM && kind == Kind.STRING) {
            return field.getEnumType().findValueByName(tokens.text());
        }
        Object value =
                switch (field.getType()) {
                    case BOOL -> kind == Kind.TRUE ? Boolean.TRUE : kind == Kind.FALSE ? Boolean.FALSE : null;
                    case STRING -> kind == Kind.STRING ? tokens.text() : null;
                    case BYTES -> kind == Kind.STRING ? base64(tokens.text()) : null;
                    case ENUM -> kind == Kind.NUMBER ? enumValue(field, tokens.raw()) : null;
                    case INT32 -> narrow(number(kind), Integer.MIN_VALUE, Integer.MAX_VALUE);
                    case UINT32 -> narrow(number(kind), 0, UINT32_MAX);
                    case INT64 -> signed(number(kind));
                    default -> unsigned(number(kind));
                };
        if (value == null) {
            throw tokens.failure(
                    tokens.position(),
                    "invalid value for %s field %s: %s"
                            .formatted(
                                    field.getType().name().toLowerCase(Locale.ROOT),
                                    field.getJsonName(),
                                    tokens.raw()));
        }
        return value;
    }

    private static @Nullable EnumValueDescriptor enumValue(FieldDescriptor field, String number) {
        Object value = narrow(JsonNumbers.integer(number), Integer.MIN_VALUE, Integer.MAX_VALUE);
        return value == null ? null : field.getEnumType().findValueByNumberCreatingIfUnknown((Integer) value);
    }

    private @Nullable BigInteger number(Kind kind) {
        return switch (kind) {
            case NUMBER -> JsonNumbers.integer(tokens.raw());
            case STRING -> JsonNumbers.integerIn(tokens.text());
            default -> null;
        };
    }

    private static @Nullable Object narrow(@Nullable BigInteger number, long least, long most) {
        if (number == null || number.bitLength() >= Long.SIZE) {
            return null;
        }
        long value = number.longValue();
        return value < least || value > most ? null : (Object) (int) value;
    }

    private static @Nullable Object signed(@Nullable BigInteger number) {
        return number == null || number.bitLength() >= Long.SIZE ? null : (Object) number.longValue();
    }

    private static @Nullable Object unsigned(@Nullable BigInteger number) {
        return number == null || number.signum() < 0 || number.compareTo(UINT64_MAX) > 0
                ? null
                : (Object) number.longValue();
    }

    /** Null if it is none. */
    private static @Nullable ByteString base64(String text) {
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            return base64(text.replace("\n", "").replace("\r", ""), text.length() % 4 == 0);
        }
        return base64(text, text.length() % 4 == 0);
    }

    private static @Nullable ByteString base64(String text, boolean padded) {
        boolean urlSafe = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
        // Java takes unpadded text too, Go only where the text as it was written has no length of four.
        if (padded ? text.length() % 4 != 0 : text.indexOf('=') >= 0) {
            return null;
        }
        try {
            return UnsafeByteOperations.unsafeWrap(
                    (urlSafe ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text));
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }
}
