package io.metastore.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import org.slf4j.helpers.MessageFormatter;

/**
 * An event as etcd writes it: a message that is always the same, and fields. {@code "lease revoked id={} keys={}"} is the
 * message {@code lease revoked} with the fields {@code id} and {@code keys}.
 */
record LogLine(String level, String caller, String message, List<Field> fields) {
    private static final Pattern FIELDS = Pattern.compile("(?: [A-Za-z][A-Za-z0-9_-]*=\\{\\})+$");
    private static final Pattern FIELD = Pattern.compile(" ([A-Za-z][A-Za-z0-9_-]*)=\\{\\}");
    private static final String PLACE = "{}";

    /** A value with its name. */
    record Field(String name, @Nullable Object value) {}

    static LogLine of(ILoggingEvent event) {
        String pattern = event.getMessage() == null ? "" : event.getMessage();
        Object[] arguments = event.getArgumentArray() == null ? new Object[0] : event.getArgumentArray();
        List<Field> fields = new ArrayList<>();
        Matcher tail = FIELDS.matcher(pattern);
        String head = tail.find() ? pattern.substring(0, tail.start()) : pattern;
        int used = placesIn(head);
        String message =
                MessageFormatter.basicArrayFormat(head, Arrays.copyOf(arguments, Math.min(used, arguments.length)));
        Matcher field = FIELD.matcher(pattern.substring(head.length()));
        while (field.find() && used < arguments.length) {
            fields.add(new Field(field.group(1), arguments[used++]));
        }
        if (event.getKeyValuePairs() != null) {
            for (KeyValuePair pair : event.getKeyValuePairs()) {
                fields.add(new Field(pair.key, pair.value));
            }
        }
        return new LogLine(levelOf(event), callerOf(event.getLoggerName()), String.valueOf(message), fields);
    }

    private static int placesIn(String head) {
        int places = 0;
        for (int at = head.indexOf(PLACE); at >= 0; at = head.indexOf(PLACE, at + PLACE.length())) {
            places++;
        }
        return places;
    }

    private static String levelOf(ILoggingEvent event) {
        return Fatal.is(event) ? "fatal" : event.getLevel().toString().toLowerCase(Locale.ROOT);
    }

    /** Package and class; a line would cost a walk of the stack for each event. */
    private static String callerOf(String logger) {
        int classStart = logger.lastIndexOf('.');
        int packageStart = logger.lastIndexOf('.', classStart - 1);
        return logger.substring(packageStart + 1).replace('.', '/');
    }
}
