package io.metastore.server.gateway;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whole numbers in any form that JSON allows: {@code 10}, {@code 1e1}, {@code 1.0e1}. */
final class JsonNumbers {
    private static final Pattern NUMBER = Pattern.compile("(-?)(0|[1-9][0-9]*)(?:\\.([0-9]+))?(?:[eE]([-+]?[0-9]+))?");
    private static final Pattern WORD = Pattern.compile("[-+._a-zA-Z0-9]+");
    /** More do not fit 64 bits. */
    private static final int MAX_DIGITS = 20;

    private static final int MAX_SHORT = 18;

    private JsonNumbers() {}

    /** The number, or null if the text is none, has a fraction or too many digits (Go: normalizeToIntString). */
    static @Nullable BigInteger integer(String text) {
        if (isShort(text)) {
            return BigInteger.valueOf(Long.parseLong(text));
        }
        Matcher parts = NUMBER.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        String whole = parts.group(2).equals("0") ? "" : parts.group(2);
        String fraction = parts.group(3) == null ? "" : withoutTrailingZeros(parts.group(3));
        if (whole.isEmpty() && fraction.isEmpty()) {
            return BigInteger.ZERO;
        }
        int exponent;
        try {
            exponent = parts.group(4) == null ? 0 : Integer.parseInt(parts.group(4));
        } catch (NumberFormatException outOfRange) {
            return null;
        }
        String digits = exponent >= 0
                ? shiftedLeft(whole, fraction, exponent)
                : shiftedRight(whole, fraction, -(long) exponent);
        if (digits == null || digits.length() > MAX_DIGITS) {
            return null;
        }
        return new BigInteger(parts.group(1) + digits);
    }

    /** The number that a text begins with: what follows it after some other sign is not looked at (protobuf-go 1.36). */
    static @Nullable BigInteger integerIn(String text) {
        if (!text.equals(text.strip())) {
            return null;
        }
        Matcher word = WORD.matcher(text);
        return integer(word.lookingAt() ? word.group() : text);
    }

    private static boolean isShort(String text) {
        if (text.isEmpty() || text.length() > MAX_SHORT || (text.charAt(0) == '0' && text.length() > 1)) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static @Nullable String shiftedLeft(String whole, String fraction, int exponent) {
        if (fraction.length() > exponent || whole.length() + (long) exponent > MAX_DIGITS) {
            return null;
        }
        return whole + fraction + "0".repeat(exponent - fraction.length());
    }

    private static @Nullable String shiftedRight(String whole, String fraction, long exponent) {
        long left = whole.length() - exponent;
        if (!fraction.isEmpty() || left < 0) {
            return null;
        }
        String lost = whole.substring((int) left);
        return withoutTrailingZeros(lost).isEmpty() ? whole.substring(0, (int) left) : null;
    }

    private static String withoutTrailingZeros(String digits) {
        int end = digits.length();
        while (end > 0 && digits.charAt(end - 1) == '0') {
            end--;
        }
        return digits.substring(0, end);
    }
}
