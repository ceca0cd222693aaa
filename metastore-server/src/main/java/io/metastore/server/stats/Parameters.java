package io.metastore.server.stats;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was asked for behind the question mark; what nobody knows is an error. */
final class Parameters {
    /** What the operator asked for makes no sense. */
    static final class WrongParameterException extends Exception {
        private static final long serialVersionUID = 1;

        WrongParameterException(String message) {
            super(message, null, false, false);
        }
    }

    private final Map<String, List<String>> given;
    private final Set<String> known = new HashSet<>();

    Parameters(Map<String, List<String>> given) {
        this.given = given;
    }

    String text(String name, String otherwise) {
        known.add(name);
        List<String> values = given.getOrDefault(name, List.of());
        return values.isEmpty() ? otherwise : values.get(0);
    }

    String notEmpty(String name, String otherwise) throws WrongParameterException {
        String value = text(name, otherwise);
        if (value.isEmpty()) {
            throw new WrongParameterException(name + ": must not be empty");
        }
        return value;
    }

    /** The first of the values unless it is given. */
    String oneOf(String name, String... values) throws WrongParameterException {
        String value = text(name, values[0]);
        if (!List.of(values).contains(value)) {
            throw new WrongParameterException(
                    "%s: expected %s, found '%s'".formatted(name, String.join(" or ", values), value));
        }
        return value;
    }

    int number(String name, int otherwise, int least, int most) throws WrongParameterException {
        String value = text(name, Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // told below
        }
        throw new WrongParameterException(
                "%s: expected a number from %d to %d, found '%s'".formatted(name, least, most, value));
    }

    void requireNoOthers() throws WrongParameterException {
        for (String name : given.keySet()) {
            if (!known.contains(name)) {
                throw new WrongParameterException("unknown parameter: " + name);
            }
        }
    }
}
