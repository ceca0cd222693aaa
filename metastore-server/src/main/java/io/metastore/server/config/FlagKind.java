package io.metastore.server.config;

import java.math.BigInteger;
import java.util.Optional;

/** What text a flag takes, and what is said about other text (Go: package flag; etcd: pkg/flags). */
public enum FlagKind {
    TEXT,
    /** A comma separated list. */
    LIST,
    /** A comma separated list of URLs; what is wrong with one is found where it is used. */
    URLS,
    /** {@code true}, or named without a value. */
    BOOL,
    /** A whole number of 63 bits and a sign. */
    INT,
    /** A whole number from 0 to 2^64-1. */
    UINT,
    /** Such as {@code 300ms} or {@code 1h30m}. */
    DURATION,
    /** Feature gates: {@code Name=true,...}. */
    GATES;

    private static final String SYNTAX = "parse error";
    private static final String RANGE = "value out of range";

    /** What is wrong with the text; empty if nothing is. */
    Optional<String> problemWith(String text) {
        return switch (this) {
            case TEXT, LIST, URLS -> Optional.empty();
            case BOOL -> asBool(text).isPresent() ? Optional.empty() : Optional.of(SYNTAX);
            case INT -> number(text, true);
            case UINT -> number(text, false);
            case DURATION ->
                GoDuration.parse(text.startsWith("-") ? text.substring(1) : text)
                                .isPresent()
                        ? Optional.empty()
                        : Optional.of(SYNTAX);
            case GATES -> FeatureGates.problemWith(text);
        };
    }

    /** What Go reads as a boolean (Go: strconv.ParseBool). */
    static Optional<Boolean> asBool(String text) {
        return switch (text) {
            case "true", "t", "T", "TRUE", "True", "1" -> Optional.of(true);
            case "false", "f", "F", "FALSE", "False", "0" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static Optional<String> number(String text, boolean signed) {
        if (!text.matches(signed ? "[-+]?\\d{1,40}" : "\\d{1,40}")) {
            return Optional.of(SYNTAX);
        }
        BigInteger number = new BigInteger(text);
        boolean fits = signed ? number.bitLength() < Long.SIZE : number.bitLength() <= Long.SIZE;
        return fits ? Optional.empty() : Optional.of(RANGE);
    }
}
