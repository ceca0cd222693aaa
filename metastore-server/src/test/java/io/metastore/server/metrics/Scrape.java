package io.metastore.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code /metrics} says, taken apart. */
public final class Scrape {
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:]+)(\\{.*})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /**
     * All series of one name, but for their values.
     *
     * @param bounds of a histogram's buckets, as they are written
     */
    public record Family(String type, Set<String> labels, Set<String> bounds) {}

    private final Map<String, Family> families = new TreeMap<>();
    private final Map<String, Double> samples = new TreeMap<>();

    private Scrape() {}

    /** Asks a member that serves {@code host:port}. */
    public static Scrape of(String endpoint) throws Exception {
        HttpResponse<String> response = CLIENT.send(
                HttpRequest.newBuilder(URI.create("http://" + endpoint + "/metrics"))
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/plain; version=0.0.4");
        return parse(response.body());
    }

    static Scrape parse(String text) {
        Scrape scrape = new Scrape();
        text.lines().forEach(scrape::read);
        return scrape;
    }

    private void read(String line) {
        Matcher type = TYPE.matcher(line);
        if (type.matches()) {
            Family unlike =
                    families.put(type.group(1), new Family(type.group(2), new TreeSet<>(), new LinkedHashSet<>()));
            assertThat(unlike).as("a second %s", type.group(1)).isNull();
            return;
        }
        if (line.startsWith("# HELP ")) {
            return;
        }
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        String labels = sample.group(2) == null ? "" : sample.group(2);
        Double before = samples.put(sample.group(1) + labels, valueOf(sample.group(3)));
        assertThat(before).as("a second " + line).isNull();
        Family family = familyOf(sample.group(1));
        List<String> names = new ArrayList<>();
        Matcher label = LABEL.matcher(labels);
        while (label.find()) {
            if (label.group(1).equals("le")) {
                family.bounds().add(label.group(2));
            } else {
                names.add(label.group(1));
            }
        }
        assertThat(names).as(line).isSorted();
        family.labels().addAll(names);
    }

    private static double valueOf(String text) {
        return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    }

    private Family familyOf(String series) {
        Family family = families.get(series);
        if (family == null) {
            family = families.get(series.replaceAll("_(bucket|sum|count)$", ""));
        }
        assertThat(family).as("type of %s", series).isNotNull();
        return family;
    }

    public Map<String, Family> families() {
        return families;
    }

    /** Values by series, with labels. */
    public Map<String, Double> samples() {
        return samples;
    }

    /** The value of a series, which must be there. */
    public double value(String series) {
        Double value = samples.get(series);
        if (value == null) {
            throw new NoSuchElementException(series);
        }
        return value;
    }

    /** Whether there is a series of this name that has labels with such values: regular expressions, as in a query. */
    public boolean has(String name, Map<String, String> labels) {
        return samples.keySet().stream()
                .filter(series -> series.equals(name) || series.startsWith(name + "{"))
                .anyMatch(series -> {
                    Map<String, String> its = new TreeMap<>();
                    Matcher label = LABEL.matcher(series.substring(name.length()));
                    while (label.find()) {
                        its.put(label.group(1), label.group(2));
                    }
                    return labels.entrySet().stream().allMatch(asked -> its.getOrDefault(asked.getKey(), "")
                            .matches(asked.getValue()));
                });
    }

    /** How much more it is than it was before, when it may not have been there. */
    public double grown(String series, Scrape before) {
        return value(series) - before.samples.getOrDefault(series, 0.0);
    }
}
