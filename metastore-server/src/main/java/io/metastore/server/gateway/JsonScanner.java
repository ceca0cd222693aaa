package io.metastore.server.gateway;

import java.util.BitSet;

/**
 * Finds where a JSON value ends, and refuses what is none with the words of Go's parser (Go: encoding/json/scanner.go). It
 * takes the bytes as they come in, in any pieces.
 *
 * <p>States: what may come next. Inside objects and arrays a stack of bits remembers which of the two is open.
 */
final class JsonScanner {
    private static final int MAX_DEPTH = 10_000;

    private enum State {
        VALUE,
        VALUE_OR_END,
        NAME_OR_END,
        NAME,
        COLON,
        AFTER_VALUE,
        STRING,
        ESCAPE,
        HEX,
        MINUS,
        ZERO,
        INTEGER,
        POINT,
        FRACTION,
        EXPONENT,
        EXPONENT_SIGN,
        EXPONENT_DIGITS,
        LITERAL
    }

    private State state = State.VALUE;
    /** Set: an object is open at this depth; else an array. */
    private final BitSet objects = new BitSet();

    private int depth;
    /** The string that is read is a name. */
    private boolean name;

    private int hexDigits;
    private String literal = "";
    private int literalRead;
    private boolean begun;

    /** Has any byte of the value been seen, other than space? */
    boolean begun() {
        return begun;
    }

    /** May the input end here, which it may only after a number? */
    boolean mayEnd() {
        return depth == 0
                && switch (state) {
                    case ZERO, INTEGER, FRACTION, EXPONENT_DIGITS -> true;
                    default -> false;
                };
    }

    /** Ready for the next value. */
    void reset() {
        state = State.VALUE;
        objects.clear();
        depth = 0;
        begun = false;
    }

    /**
     * Takes in bytes up to the end of the value.
     *
     * @return where the value ends, exclusive, or -1 if it goes on
     * @throws JsonException if no value can begin with what came in
     */
    int scan(byte[] source, int from, int to) throws JsonException {
        int at = from;
        while (at < to) {
            byte next = source[at];
            if (state == State.STRING) {
                at = endOfPlainText(source, at, to);
                if (at == to) {
                    return -1;
                }
                next = source[at];
            } else if (!isInToken() && isSpace(next)) {
                at++;
                continue;
            }
            begun = true;
            if (endsNumber(next)) {
                if (depth == 0) {
                    return at;
                }
                state = State.AFTER_VALUE;
                continue;
            }
            step(next);
            at++;
            if (state == State.AFTER_VALUE && depth == 0) {
                return at;
            }
        }
        return -1;
    }

    static boolean isSpace(byte value) {
        return value == ' ' || value == '\t' || value == '\r' || value == '\n';
    }

    private boolean isInToken() {
        return switch (state) {
            case VALUE, VALUE_OR_END, NAME_OR_END, NAME, COLON, AFTER_VALUE -> false;
            default -> true;
        };
    }

    private static int endOfPlainText(byte[] source, int from, int to) {
        int at = from;
        while (at < to && source[at] != '"' && source[at] != '\\' && (source[at] >= ' ' || source[at] < 0)) {
            at++;
        }
        return at;
    }

    private boolean endsNumber(byte next) {
        return switch (state) {
            case ZERO -> next != '.' && next != 'e' && next != 'E';
            case INTEGER -> !isDigit(next) && next != '.' && next != 'e' && next != 'E';
            case FRACTION -> !isDigit(next) && next != 'e' && next != 'E';
            case EXPONENT_DIGITS -> !isDigit(next);
            default -> false;
        };
    }

    private static boolean isDigit(byte value) {
        return value >= '0' && value <= '9';
    }

    private void step(byte next) throws JsonException {
        switch (state) {
            case VALUE -> beginValue(next);
            case VALUE_OR_END -> {
                if (next == ']') {
                    close();
                } else {
                    beginValue(next);
                }
            }
            case NAME_OR_END -> {
                if (next == '}') {
                    close();
                } else {
                    beginName(next);
                }
            }
            case NAME -> beginName(next);
            case COLON -> {
                if (next != ':') {
                    throw unexpected(next, "after object key");
                }
                state = State.VALUE;
            }
            case AFTER_VALUE -> afterValue(next);
            case STRING -> inString(next);
            case ESCAPE -> escape(next);
            case HEX -> {
                if (Character.digit(next, 16) < 0) {
                    throw unexpected(next, "in \\u hexadecimal character escape");
                }
                hexDigits++;
                if (hexDigits == 4) {
                    state = State.STRING;
                }
            }
            case MINUS -> {
                if (!isDigit(next)) {
                    throw unexpected(next, "in numeric literal");
                }
                state = next == '0' ? State.ZERO : State.INTEGER;
            }
            case ZERO, INTEGER, FRACTION -> inNumber(next);
            case POINT -> {
                if (!isDigit(next)) {
                    throw unexpected(next, "after decimal point in numeric literal");
                }
                state = State.FRACTION;
            }
            case EXPONENT -> {
                if (next == '+' || next == '-') {
                    state = State.EXPONENT_SIGN;
                } else {
                    exponentDigit(next);
                }
            }
            case EXPONENT_SIGN -> exponentDigit(next);
            case EXPONENT_DIGITS -> {} // another digit
            case LITERAL -> inLiteral(next);
        }
    }

    private void beginValue(byte next) throws JsonException {
        switch (next) {
            case '{' -> open(next);
            case '[' -> open(next);
            case '"' -> beginString(false);
            case '-' -> state = State.MINUS;
            case '0' -> state = State.ZERO;
            case 't' -> beginLiteral("true");
            case 'f' -> beginLiteral("false");
            case 'n' -> beginLiteral("null");
            default -> {
                if (!isDigit(next)) {
                    throw unexpected(next, "looking for beginning of value");
                }
                state = State.INTEGER;
            }
        }
    }

    private void beginName(byte next) throws JsonException {
        if (next != '"') {
            throw unexpected(next, "looking for beginning of object key string");
        }
        beginString(true);
    }

    private void beginString(boolean isName) {
        name = isName;
        state = State.STRING;
    }

    private void beginLiteral(String text) {
        literal = text;
        literalRead = 1;
        state = State.LITERAL;
    }

    private void open(byte next) throws JsonException {
        if (depth == MAX_DEPTH) {
            throw unexpected(next, "exceeded max depth");
        }
        boolean object = next == '{';
        objects.set(depth, object);
        depth++;
        state = object ? State.NAME_OR_END : State.VALUE_OR_END;
    }

    private void close() {
        depth--;
        state = State.AFTER_VALUE;
    }

    private void afterValue(byte next) throws JsonException {
        boolean object = objects.get(depth - 1);
        if (next == ',') {
            state = object ? State.NAME : State.VALUE;
        } else if (next == (object ? '}' : ']')) {
            close();
        } else {
            throw unexpected(next, object ? "after object key:value pair" : "after array element");
        }
    }

    private void inString(byte next) throws JsonException {
        if (next == '"') {
            state = name ? State.COLON : State.AFTER_VALUE;
        } else if (next == '\\') {
            state = State.ESCAPE;
        } else {
            throw unexpected(next, "in string literal");
        }
    }

    private void escape(byte next) throws JsonException {
        switch (next) {
            case 'b', 'f', 'n', 'r', 't', '\\', '/', '"' -> state = State.STRING;
            case 'u' -> {
                hexDigits = 0;
                state = State.HEX;
            }
            default -> throw unexpected(next, "in string escape code");
        }
    }

    private void inNumber(byte next) {
        if (next == '.') {
            state = State.POINT;
        } else if (next == 'e' || next == 'E') {
            state = State.EXPONENT;
        }
    }

    private void exponentDigit(byte next) throws JsonException {
        if (!isDigit(next)) {
            throw unexpected(next, "in exponent of numeric literal");
        }
        state = State.EXPONENT_DIGITS;
    }

    private void inLiteral(byte next) throws JsonException {
        if (next != literal.charAt(literalRead)) {
            throw unexpected(next, "in literal %s (expecting %s)".formatted(literal, GoQuote.character((byte)
                            literal.charAt(literalRead))));
        }
        literalRead++;
        if (literalRead == literal.length()) {
            state = State.AFTER_VALUE;
        }
    }

    private static JsonException unexpected(byte next, String where) {
        return new JsonException("invalid character " + GoQuote.character(next) + " " + where);
    }
}
