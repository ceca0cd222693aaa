package io.metastore.bench.report;

import io.metastore.bench.arena.Spread;
import io.metastore.bench.measure.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** All that was measured, as it is kept in JSON, and what the report asks of it. A report can be written from it again. */
final class Recording {
    static final String OURS = "metastore";
    static final String ETCD = "etcd";

    private static final long FORMAT = 1;

    private final Map<String, Object> all;

    private Recording(Map<String, Object> all) {
        this.all = all;
    }

    static Recording begin(Profile profile, List<String> contenders, Map<String, Object> environment) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", FORMAT);
        all.put("profile", profile.name());
        all.put("contenders", contenders);
        all.put("environment", environment);
        all.put("rows", new LinkedHashMap<String, Object>());
        all.put("resources", new LinkedHashMap<String, Object>());
        return new Recording(all);
    }

    /** What {@link #toJson} made; refuses what is no recording that this version can read. */
    static Recording read(String json) {
        Map<String, Object> all = Json.readObject(json);
        if (!Long.valueOf(FORMAT).equals(all.get("format")) || !(all.get("rows") instanceof Map<?, ?>)) {
            throw new IllegalArgumentException("not a recording of format " + FORMAT);
        }
        return new Recording(all);
    }

    String toJson() {
        return Json.write(all);
    }

    // While it is measured

    void command(String row, String command) {
        row(row).put("command", command);
    }

    void addRun(String row, String contender, Map<String, Object> run) {
        Object runs = row(row).computeIfAbsent(contender, name -> new ArrayList<Object>());
        if (runs instanceof List<?> list) {
            List<Object> more = new ArrayList<>(list);
            more.add(run);
            row(row).put(contender, more);
        }
    }

    void fail(String row, String contender, String why) {
        row(row).put("why-" + contender, why);
    }

    void skip(String row, String why) {
        row(row).put("why", why);
    }

    void put(String key, Object value) {
        all.put(key, value);
    }

    void environment(String name, String value) {
        child(all, "environment").put(name, value);
    }

    void putResources(String contender, String when, Map<String, Object> resources) {
        child(child(all, "resources"), contender).put(when, resources);
    }

    // What was measured

    String profile() {
        return String.valueOf(all.get("profile"));
    }

    boolean has(String contender) {
        return all.get("contenders") instanceof List<?> names && names.contains(contender);
    }

    /** A fact about the machine or the run; "unknown" if it was not recorded. */
    String fact(String name) {
        return text(child(all, "environment").get(name));
    }

    private static String text(@org.jspecify.annotations.Nullable Object value) {
        return value == null ? "unknown" : value.toString();
    }

    /** Which MetaStore it was. */
    String version() {
        return "%s (like %s)".formatted(fact("release"), fact("metastore"));
    }

    Optional<Object> object(String name) {
        return Optional.ofNullable(all.get(name));
    }

    List<String> rows() {
        return List.copyOf(child(all, "rows").keySet());
    }

    Optional<String> command(String row) {
        return Optional.ofNullable(row(row).get("command")).map(Object::toString);
    }

    /** What whoever recorded it had to say of it. */
    Optional<String> note(String row) {
        return Optional.ofNullable(row(row).get("note")).map(Object::toString);
    }

    List<Map<String, Object>> runs(String row, String contender) {
        List<Map<String, Object>> runs = new ArrayList<>();
        if (row(row).get(contender) instanceof List<?> list) {
            for (Object run : list) {
                runs.add(asMap(run));
            }
        }
        return runs;
    }

    /** The middle, the least and the most of a figure over all runs; empty if no run has it. */
    Optional<Spread> spread(String row, String contender, Figure figure) {
        double[] values = runs(row, contender).stream()
                .map(figure::in)
                .flatMapToDouble(OptionalDouble::stream)
                .toArray();
        return values.length == 0 ? Optional.empty() : Optional.of(Spread.of(values));
    }

    Optional<Double> median(String row, String contender, Figure figure) {
        return spread(row, contender, figure).map(Spread::median);
    }

    /** Ours to etcd's, round by round. */
    Optional<Spread> ratio(String row, Figure figure) {
        List<Map<String, Object>> ours = runs(row, OURS);
        List<Map<String, Object>> etcd = runs(row, ETCD);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(ours.size(), etcd.size()); i++) {
            OptionalDouble above = figure.in(ours.get(i));
            OptionalDouble below = figure.in(etcd.get(i));
            if (above.isPresent() && below.isPresent() && below.getAsDouble() > 0) {
                ratios.add(above.getAsDouble() / below.getAsDouble());
            }
        }
        return ratios.isEmpty() ? Optional.empty() : Optional.of(Spread.of(ratios));
    }

    /** Why there is no figure. */
    String whyNot(String row, String contender) {
        if (!has(contender)) {
            return contender.equals(ETCD) ? "no etcd was given" : "no " + contender + " was measured";
        }
        Object why = row(row).getOrDefault("why-" + contender, row(row).get("why"));
        return why == null ? "this run did not record it" : why.toString();
    }

    Optional<Double> resource(String contender, String when, String name) {
        Object value = child(child(child(all, "resources"), contender), when).get(name);
        return value instanceof Number number ? Optional.of(number.doubleValue()) : Optional.empty();
    }

    /** One line for who waits for the measurement. */
    String line(String row) {
        StringBuilder line = new StringBuilder(row);
        for (String contender : List.of(ETCD, OURS)) {
            spread(row, contender, Figure.PER_SECOND)
                    .ifPresent(rate -> line.append(" | %s %.0f/s".formatted(contender, rate.median())));
            Object why = row(row).get("why-" + contender);
            line.append(why == null ? "" : " | " + contender + ": " + why);
        }
        return line.toString();
    }

    private Map<String, Object> row(String id) {
        return child(child(all, "rows"), id);
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    private static Map<String, Object> child(Map<String, Object> parent, String name) {
        Object child = parent.computeIfAbsent(name, key -> new LinkedHashMap<String, Object>());
        return child instanceof Map<?, ?> ? (Map<String, Object>) child : new LinkedHashMap<>();
    }

    @SuppressWarnings("unchecked") // as above
    static Map<String, Object> asMap(Object object) {
        return object instanceof Map<?, ?> ? (Map<String, Object>) object : Map.of();
    }
}
