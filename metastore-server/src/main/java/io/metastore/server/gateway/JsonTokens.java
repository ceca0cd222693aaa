package io.metastore.server.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a value that {@link JsonScanner} has let through. What is refused here is what Go's protobuf refuses and its
 * JSON parser does not: text that is not Unicode (Go: protobuf/internal/encoding/json).
 */
final class JsonTokens {
    /** What a token is. Colons and commas are passed over: they are where they belong. */
    enum Kind {
        OBJECT,
        OBJECT_END,
        ARRAY,
        ARRAY_END,
        STRING,
        NUMBER,
        TRUE,
        FALSE,
        NULL
    }

    private static final int ESCAPE_BYTES = 6;

    private final byte[] source;
    private final int from;
    private final int to;
    private int at;
    // The token that was read last.
    private Kind kind = Kind.NULL;
    private int tokenFrom;
    private int tokenTo;
    private @Nullable String text;

    JsonTokens(JsonValues.Value value) {
        source = value.bytes();
        from = value.from();
        to = value.to();
        at = from;
    }

    /** Reads the next token. */
    Kind next() throws JsonException {
        skipSpace();
        tokenFrom = at;
        kind = peekKind();
        text = null;
        switch (kind) {
            case OBJECT, OBJECT_END, ARRAY, ARRAY_END -> at++;
            case STRING -> readString();
            case TRUE, NULL -> at += 4;
            case FALSE -> at += 5;
            case NUMBER -> {
                while (at < to && isInNumber(source[at])) {
                    at++;
                }
            }
        }
        tokenTo = at;
        return kind;
    }

    /** What the next token is, without reading it. */
    Kind peek() {
        skipSpace();
        return peekKind();
    }

    /** Reads over a value, whatever it is, as deep as the scanner lets it be. */
    void skipValue() throws JsonException {
        int depth = 0;
        do {
            switch (next()) {
                case OBJECT, ARRAY -> depth++;
                case OBJECT_END, ARRAY_END -> depth--;
                default -> {} // of no interest
            }
        } while (depth > 0);
    }

    /** The text of the string that was read last. */
    String text() {
        return text == null ? "" : text;
    }

    /** The token that was read last, as it is written. */
    String raw() {
        return new String(source, tokenFrom, tokenTo - tokenFrom, StandardCharsets.UTF_8);
    }

    int position() {
        return tokenFrom;
    }

    /** A failure at a place that {@link #position} told, as Go's protobuf words it. */
    JsonException failure(int position, String what) {
        return new JsonException("proto: (line %s): %s".formatted(place(position), what));
    }

    /** The token that was read last is none that may stand there. */
    JsonException unexpected() {
        return syntax("unexpected token " + raw());
    }

    private JsonException syntax(String what) {
        return new JsonException("proto: syntax error (line %s): %s".formatted(place(tokenFrom), what));
    }

    private String place(int position) {
        int line = 1;
        int lineFrom = from;
        for (int i = from; i < position; i++) {
            if (source[i] == '\n') {
                line++;
                lineFrom = i + 1;
            }
        }
        String before = new String(source, lineFrom, position - lineFrom, StandardCharsets.UTF_8);
        return line + ":" + (before.codePointCount(0, before.length()) + 1);
    }

    private void skipSpace() {
        while (JsonScanner.isSpace(source[at]) || source[at] == ',' || source[at] == ':') {
            at++;
        }
    }

    private Kind peekKind() {
        return switch (source[at]) {
            case '{' -> Kind.OBJECT;
            case '}' -> Kind.OBJECT_END;
            case '[' -> Kind.ARRAY;
            case ']' -> Kind.ARRAY_END;
            case '"' -> Kind.STRING;
            case 't' -> Kind.TRUE;
            case 'f' -> Kind.FALSE;
            case 'n' -> Kind.NULL;
            default -> Kind.NUMBER;
        };
    }

    private static boolean isInNumber(byte value) {
        return switch (value) {
            case '-', '+', '.', 'e', 'E' -> true;
            default -> value >= '0' && value <= '9';
        };
    }

    private void readString() throws JsonException {
        int textFrom = at + 1;
        int i = textFrom;
        boolean plain = true;
        while (source[i] != '"' && source[i] != '\\') {
            plain &= source[i] > 0;
            i++;
        }
        if (plain && source[i] == '"') {
            text = new String(source, textFrom, i - textFrom, StandardCharsets.ISO_8859_1);
            at = i + 1;
            return;
        }
        ByteArrayOutputStream unescaped = new ByteArrayOutputStream();
        i = textFrom;
        while (source[i] != '"') {
            int length = source[i] == '\\' ? unescape(i, unescaped) : character(i, unescaped);
            i += length;
        }
        text = unescaped.toString(StandardCharsets.UTF_8);
        at = i + 1;
    }

    /** Copies one character of UTF-8 and tells its length. */
    private int character(int at, ByteArrayOutputStream target) throws JsonException {
        int length = utf8Length(at);
        if (length == 0) {
            throw syntax("invalid UTF-8 in string");
        }
        target.write(source, at, length);
        return length;
    }

    /** In bytes; 0 if it is no character in its shortest form. */
    private int utf8Length(int at) {
        int first = source[at] & 0xff;
        if (first < 0x80) {
            return 1;
        }
        int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        if (first < 0xc2 || first > 0xf4 || at + length > to) {
            return 0;
        }
        int second = source[at + 1] & 0xff;
        int least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        int most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (second < least || second > most) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if ((source[at + i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    private int unescape(int at, ByteArrayOutputStream target) throws JsonException {
        switch (source[at + 1]) {
            case 'b' -> target.write('\b');
            case 'f' -> target.write('\f');
            case 'n' -> target.write('\n');
            case 'r' -> target.write('\r');
            case 't' -> target.write('\t');
            case 'u' -> {
                return unicode(at, target);
            }
            default -> target.write(source[at + 1]);
        }
        return 2;
    }

    private int unicode(int at, ByteArrayOutputStream target) throws JsonException {
        int codePoint = hex(at + 2);
        int length = ESCAPE_BYTES;
        if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
            int second = at + ESCAPE_BYTES;
            if (second + ESCAPE_BYTES > to) {
                throw new JsonException("proto: unexpected EOF");
            }
            char low = source[second] == '\\' && source[second + 1] == 'u' ? (char) hex(second + 2) : 0;
            if (!Character.isSurrogatePair((char) codePoint, low)) {
                throw syntax("invalid escape code %s in string"
                        .formatted(GoQuote.bytes(source, second, second + ESCAPE_BYTES)));
            }
            codePoint = Character.toCodePoint((char) codePoint, low);
            length += ESCAPE_BYTES;
        }
        target.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
        return length;
    }

    private int hex(int at) {
        int value = 0;
        for (int i = at; i < at + 4; i++) {
            value = (value << 4) | Character.digit(source[i], 16);
        }
        return value;
    }
}
