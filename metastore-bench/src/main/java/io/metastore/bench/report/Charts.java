package io.metastore.bench.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The report's charts, as small PNG images. */
final class Charts {
    static final String CLIENTS = "throughput-clients";
    static final String PERCENTILES = "latency-percentiles";
    static final String OVER_TIME = "latency-over-time";
    static final String VALUE_SIZE = "value-size";
    static final String WATCH = "watch-fan-out";
    static final List<String> ALL = List.of(PERCENTILES, OVER_TIME, WATCH, VALUE_SIZE, CLIENTS);

    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;
    private static final Map<String, Color> COLORS =
            Map.of(Recording.OURS, new Color(0x1f, 0x5f, 0xa8), Recording.ETCD, new Color(0xd9, 0x6b, 0x0b));

    static {
        // No display is needed, nor looked for.
        System.setProperty("java.awt.headless", "true");
    }

    /** One line of a chart; x and y of equal length. */
    private record Line(String name, String contender, boolean dashed, List<Double> x, List<Double> y) {}

    private Charts() {}

    /** Whether enough was measured for it. */
    static boolean has(Recording recording, String name) {
        return !lines(recording, name).isEmpty();
    }

    static byte[] png(Recording recording, String name) throws IOException {
        List<Line> lines = lines(recording, name);
        Chart<?, ?> chart = name.equals(PERCENTILES) ? bars(lines) : curves(name, lines);
        chart.getStyler()
                .setLegendPosition(Styler.LegendPosition.OutsideE)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false);
        return ChartEncoder.getBytes(chart, "png");
    }

    private static XYChart curves(String name, List<Line> lines) {
        XYChart chart = chart(name);
        for (Line line : lines) {
            XYSeries series = chart.addSeries(line.name(), line.x(), line.y());
            Color color = color(line);
            series.setLineColor(color);
            series.setMarkerColor(color);
            series.setMarker(line.x().size() > 20 ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
            series.setLineStyle(
                    line.dashed()
                            ? new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {6, 4}, 0)
                            : new BasicStroke(2));
        }
        return chart;
    }

    private static CategoryChart bars(List<Line> lines) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Latency of PUT+GET pairs, 50 clients")
                .yAxisTitle("ms")
                .build();
        chart.getStyler().setAvailableSpaceFill(0.5);
        for (Line line : lines) {
            List<String> names = line.x().stream()
                    .map(percentile -> "P" + Numbers.text(percentile).replaceAll("\\.?0+$", ""))
                    .toList();
            chart.addSeries(line.name(), names, line.y()).setFillColor(color(line));
        }
        return chart;
    }

    private static Color color(Line line) {
        return COLORS.getOrDefault(line.contender(), Color.GRAY);
    }

    private static XYChart chart(String name) {
        XYChart chart =
                switch (name) {
                    case CLIENTS -> chart("Throughput by clients", "clients", "operations/s");
                    case OVER_TIME -> chart("P99 of PUT under sustained load", "seconds", "ms");
                    case VALUE_SIZE -> chart("Throughput by size of value, 8 clients", "bytes", "operations/s");
                    case WATCH -> chart("Events by watchers of one prefix", "watchers", "events/s");
                    default -> throw new IllegalArgumentException("no chart " + name);
                };
        // Labels of a logarithmic axis stand at powers of ten: within one there would be none.
        boolean fromZero = name.equals(OVER_TIME) || name.equals(WATCH);
        chart.getStyler().setXAxisLogarithmic(!name.equals(OVER_TIME)).setYAxisLogarithmic(!fromZero);
        if (fromZero) {
            chart.getStyler().setYAxisMin(0.0);
        }
        return chart;
    }

    private static XYChart chart(String title, String x, String y) {
        return new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
    }

    private static List<Line> lines(Recording recording, String name) {
        Profile profile = Profile.named(recording.profile());
        List<Line> lines = new ArrayList<>();
        for (String contender : List.of(Recording.OURS, Recording.ETCD)) {
            switch (name) {
                case CLIENTS -> putAndGet(recording, contender, "-clients-", profile.clients(), lines);
                case VALUE_SIZE -> putAndGet(recording, contender, "-bytes-", profile.valueBytes(), lines);
                case WATCH -> add(lines, byNumber(recording, contender, "", "w4-prefix-", profile.watchers(), false));
                case PERCENTILES -> add(lines, percentiles(recording, contender));
                case OVER_TIME ->
                    add(
                            lines,
                            new Line(
                                    ResultSections.name(contender),
                                    contender,
                                    false,
                                    Timelines.values(recording, "w2", contender, "at_s"),
                                    Timelines.values(recording, "w2", contender, "p99_us").stream()
                                            .map(micros -> micros / 1e3)
                                            .toList()));
                default -> throw new IllegalArgumentException("no chart " + name);
            }
        }
        return lines;
    }

    private static void putAndGet(
            Recording recording, String contender, String infix, List<Integer> numbers, List<Line> lines) {
        add(lines, byNumber(recording, contender, "PUT, ", "put" + infix, numbers, false));
        add(lines, byNumber(recording, contender, "GET, ", "get" + infix, numbers, true));
    }

    private static Line byNumber(
            Recording recording, String contender, String title, String row, List<Integer> numbers, boolean dashed) {
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (int number : numbers) {
            recording
                    .median(row + number, contender, Figure.PER_SECOND)
                    .filter(rate -> rate > 0)
                    .ifPresent(rate -> {
                        x.add((double) number);
                        y.add(rate);
                    });
        }
        return new Line(title + ResultSections.name(contender), contender, dashed, x, y);
    }

    private static Line percentiles(Recording recording, String contender) {
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        Map<Double, Figure> figures =
                Map.of(50.0, Figure.P50_MICROS, 99.0, Figure.P99_MICROS, 99.9, Figure.P999_MICROS);
        figures.keySet().stream().sorted().forEach(share -> recording
                .median("w1", contender, figures.getOrDefault(share, Figure.P50_MICROS))
                .filter(micros -> micros > 0)
                .ifPresent(micros -> {
                    x.add(share);
                    y.add(micros / 1e3);
                }));
        return new Line(ResultSections.name(contender), contender, false, x, y);
    }

    /** A point alone is no line. */
    private static void add(List<Line> lines, Line line) {
        if (line.x().size() >= 2 && line.x().size() == line.y().size()) {
            lines.add(line);
        }
    }
}
