package io.metastore.bench.measure;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps, lists, numbers, booleans and text as JSON. */
public final class Json {
    private static final Gson READER = new GsonBuilder()
            .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
            .create();
    private static final TypeToken<Map<String, Object>> OBJECT = new TypeToken<>() {};

    private Json() {}

    /**
     * An object as a map; whole numbers as {@code Long}, others as {@code Double}.
     *
     * @throws IllegalArgumentException if the text is not one JSON object
     */
    public static Map<String, Object> readObject(String json) {
        try {
            Map<String, Object> read = READER.fromJson(json, OBJECT);
            if (read == null) {
                throw new IllegalArgumentException("no JSON object");
            }
            return read;
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("not a JSON object: " + e.getMessage(), e);
        }
    }

    public static String write(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        append(out, value, "\n");
        return out.append('\n').toString();
    }

    private static void append(StringBuilder out, @Nullable Object value, String indent) {
        if (value == null) {
            out.append("null");
        } else if (value instanceof Double number) {
            boolean finite = !number.isNaN() && !number.isInfinite();
            out.append(finite ? String.format(Locale.ROOT, "%.4f", number) : "null");
        } else if (value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Map<?, ?> map) {
            Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
            out.append('{');
            while (entries.hasNext()) {
                Map.Entry<?, ?> entry = entries.next();
                out.append(indent).append("  ");
                quote(out, String.valueOf(entry.getKey()));
                out.append(": ");
                append(out, entry.getValue(), indent + "  ");
                out.append(entries.hasNext() ? "," : indent);
            }
            out.append('}');
        } else if (value instanceof Iterable<?> list) {
            Iterator<?> items = list.iterator();
            out.append('[');
            while (items.hasNext()) {
                append(out, items.next(), indent);
                out.append(items.hasNext() ? ", " : "");
            }
            out.append(']');
        } else {
            quote(out, value.toString());
        }
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append("\\u%04x".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
