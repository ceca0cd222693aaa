package io.metastore.server.metrics;

import java.math.BigDecimal;

/** Numbers as Go's client library writes them into the text format: 1, 0.001, 1.048576e+06. */
final class GoNumber {
    /** Digits before the point from which on Go turns to exponents (Go: strconv, the shortest form of %g). */
    private static final int MOST_DIGITS = 6;

    private static final int LEAST_EXPONENT = -4;

    private GoNumber() {}

    static void append(StringBuilder out, double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            out.append(Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
            return;
        }
        if (value == Math.rint(value) && Math.abs(value) < Math.pow(10, MOST_DIGITS)) {
            out.append((long) value);
            return;
        }
        BigDecimal number = exactly(value).stripTrailingZeros();
        int exponent = number.precision() - number.scale() - 1;
        if (exponent >= LEAST_EXPONENT && exponent < MOST_DIGITS) {
            out.append(number.toPlainString());
            return;
        }
        String digits = number.unscaledValue().abs().toString();
        out.append(value < 0 ? "-" : "").append(digits.charAt(0));
        if (digits.length() > 1) {
            out.append('.').append(digits, 1, digits.length());
        }
        out.append('e').append(exponent < 0 ? '-' : '+');
        out.append(Math.abs(exponent) < 10 ? "0" : "").append(Math.abs(exponent));
    }

    /** The shortest digits that give the value again; Java's are not always the shortest for whole numbers. */
    private static BigDecimal exactly(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1L << 53;
        return whole ? BigDecimal.valueOf((long) value) : new BigDecimal(Double.toString(value));
    }

    static String text(double value) {
        StringBuilder text = new StringBuilder();
        append(text, value);
        return text.toString();
    }
}
