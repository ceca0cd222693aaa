package io.metastore.server.gateway;

import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What of a request's headers goes into the call (grpc-gateway: runtime/context.go): {@code Authorization},
 * {@code Grpc-Metadata-*} and the deadline. grpc-gateway passes on more, which no service of etcd's looks at.
 *
 * @param metadata sent with the call
 * @param options of the call: its deadline
 */
record CallHeaders(Metadata metadata, CallOptions options) {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private static final String PREFIX = "grpc-metadata-";
    private static final Pattern KEY = Pattern.compile("[0-9a-z_.-]+");
    private static final Pattern TEXT = Pattern.compile("[ -~]*");
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]*");
    private static final Pattern TIMEOUT = Pattern.compile("([-+]?[0-9]{1,19})([HMSmun])");
    /** Longer is as good as none. */
    private static final long MAX_TIMEOUT_NANOS = TimeUnit.DAYS.toNanos(36_500);

    /** With no more than a token, or without one. */
    static CallHeaders ofToken(@Nullable String authorization) {
        Metadata metadata = new Metadata();
        if (authorization != null) {
            metadata.put(AUTHORIZATION, authorization);
        }
        return new CallHeaders(metadata, CallOptions.DEFAULT);
    }

    /**
     * Reads the headers of a request.
     *
     * @throws JsonException with grpc-gateway's words, if a deadline or a binary value is malformed
     */
    static CallHeaders of(HttpHeaders headers) throws JsonException {
        Metadata metadata = new Metadata();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.equals("authorization")) {
                putText(metadata, name, header.getValue());
            } else if (name.startsWith(PREFIX)) {
                put(metadata, name, header.getValue());
            }
        }
        String timeout = headers.get("grpc-timeout");
        return new CallHeaders(metadata, timeout == null || timeout.isEmpty() ? CallOptions.DEFAULT : within(timeout));
    }

    /** The method that a form may ask for in place of its own; null if it does not. */
    static @Nullable String methodOverride(HttpHeaders headers) {
        String method = headers.get("x-http-method-override");
        boolean form = "application/x-www-form-urlencoded".equals(headers.get(HttpHeaderNames.CONTENT_TYPE));
        return form && method != null && !method.isEmpty() ? method.toUpperCase(Locale.ROOT) : null;
    }

    private static void put(Metadata metadata, String name, String value) throws JsonException {
        String key = name.substring(PREFIX.length());
        if (!KEY.matcher(key).matches() || key.startsWith("grpc-")) {
            return;
        }
        if (!key.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
            putText(metadata, key, value);
            return;
        }
        try {
            metadata.put(
                    Metadata.Key.of(key, Metadata.BINARY_BYTE_MARSHALLER),
                    Base64.getDecoder().decode(value));
        } catch (IllegalArgumentException malformed) {
            throw new JsonException("invalid binary header %s: illegal base64 data at input byte %d"
                    .formatted(canonical(name), endOfBase64(value)));
        }
    }

    private static int endOfBase64(String value) {
        Matcher alphabet = BASE64.matcher(value);
        return alphabet.lookingAt() ? alphabet.end() : 0;
    }

    private static void putText(Metadata metadata, String key, String value) {
        if (TEXT.matcher(value).matches()) {
            metadata.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);
        }
    }

    /** As Go writes names of headers: a capital at the start of each word. */
    private static String canonical(String name) {
        StringBuilder canonical = new StringBuilder(name);
        for (int i = 0; i < name.length(); i++) {
            if (i == 0 || name.charAt(i - 1) == '-') {
                canonical.setCharAt(i, Character.toUpperCase(name.charAt(i)));
            }
        }
        return canonical.toString();
    }

    private static CallOptions within(String timeout) throws JsonException {
        Matcher parts = TIMEOUT.matcher(timeout);
        long count;
        try {
            if (!parts.matches()) {
                throw new NumberFormatException();
            }
            count = Long.parseLong(parts.group(1));
        } catch (NumberFormatException malformed) {
            throw new JsonException("invalid grpc-timeout: " + timeout);
        }
        long nanos = unit(parts.group(2)).toNanos(count);
        return nanos == 0 || nanos > MAX_TIMEOUT_NANOS
                ? CallOptions.DEFAULT
                : CallOptions.DEFAULT.withDeadlineAfter(nanos, TimeUnit.NANOSECONDS);
    }

    private static TimeUnit unit(String letter) {
        return switch (letter) {
            case "H" -> TimeUnit.HOURS;
            case "M" -> TimeUnit.MINUTES;
            case "S" -> TimeUnit.SECONDS;
            case "m" -> TimeUnit.MILLISECONDS;
            case "u" -> TimeUnit.MICROSECONDS;
            default -> TimeUnit.NANOSECONDS;
        };
    }
}
