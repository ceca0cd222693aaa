package io.metastore.server.gateway;

import java.nio.charset.StandardCharsets;

/** Characters and bytes as Go prints them in the messages of its parsers (Go: strconv.Quote). */
final class GoQuote {
    private static final String CONTROL = "abtnvfr";
    private static final int FIRST_CONTROL = 7;

    private GoQuote() {}

    /** A byte in single quotes, taken for the character of that number (Go: encoding/json quoteChar). */
    static String character(byte value) {
        return switch (value) {
            case '\'' -> "'\\''";
            case '"' -> "'\"'";
            default -> "'" + escaped(value & 0xff) + "'";
        };
    }

    /** Bytes in double quotes. */
    static String bytes(byte[] source, int from, int to) {
        String text = new String(source, from, to - from, StandardCharsets.UTF_8);
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(codePoint -> quoted.append(codePoint == '"' ? "\\\"" : escaped(codePoint)));
        return quoted.append('"').toString();
    }

    private static String escaped(int codePoint) {
        if (codePoint == '\\') {
            return "\\\\";
        }
        if (codePoint >= FIRST_CONTROL && codePoint < FIRST_CONTROL + CONTROL.length()) {
            return "\\" + CONTROL.charAt(codePoint - FIRST_CONTROL);
        }
        if (codePoint < ' ' || codePoint == 0x7f) {
            return "\\x%02x".formatted(codePoint);
        }
        if ((codePoint >= 0x80 && codePoint <= 0xa0) || codePoint == 0xad) {
            return "\\u%04x".formatted(codePoint);
        }
        return Character.toString(codePoint);
    }
}
