package io.metastore.bench.compare;

import io.metastore.bench.arena.Spread;
import io.metastore.bench.load.LoadResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Puts beside a long call on etcd and on ours, in turn, as lines of the table of single numbers. */
final class BesideTable {
    /** What is enough of alternations that take minutes each. */
    private static final int MOST_ALTERNATIONS = 3;

    private final String id;
    private final Report report;
    private final List<PutsBeside> etcd = new ArrayList<>();
    private final List<PutsBeside> ours = new ArrayList<>();

    BesideTable(String id, Report report) {
        this.id = id;
        this.report = report;
    }

    static int alternations(CompareOptions options) {
        return Math.min(MOST_ALTERNATIONS, options.alternations);
    }

    /** That of etcd, then that of ours. */
    void add(List<PutsBeside> pair) {
        etcd.add(pair.get(0));
        ours.add(pair.get(1));
    }

    /** What is measured of every row: how puts fared. */
    void addPuts() {
        add("puts/s before", b -> b.before().perSecond(), null);
        add("puts/s meanwhile", b -> b.meanwhile().perSecond(), null);
        add("p99 of puts before, ms", PutsBeside::p99MillisBefore, null);
        add("p99 of puts meanwhile, ms", PutsBeside::p99MillisMeanwhile, null);
        add("p99 meanwhile against before", PutsBeside::p99Times, Goal.atMost(2));
        add("longest put meanwhile, ms", b -> b.meanwhile().latency().maxMicros() / 1e3, null);
        add("longest time without an answered put, ms", b -> silenceMillis(b.meanwhile()), null);
        add("puts failed meanwhile", b -> b.meanwhile().errors(), Goal.atMost(0));
    }

    void add(String what, ToDoubleFunction<PutsBeside> of, @Nullable Goal goal) {
        report.add(new MeasureRow(id, what, spread(etcd, of), spread(ours, of), goal));
    }

    /** Ours against etcd's of the same alternation; etcd's column is 1. */
    void addRatio(String what, ToDoubleFunction<PutsBeside> of, Goal goal) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < ours.size(); i++) {
            ratios.add(of.applyAsDouble(ours.get(i)) / of.applyAsDouble(etcd.get(i)));
        }
        report.add(new MeasureRow(id, what, Spread.of(1), Spread.of(ratios), goal));
    }

    private static Spread spread(List<PutsBeside> all, ToDoubleFunction<PutsBeside> of) {
        return Spread.of(all.stream().mapToDouble(of).toArray());
    }

    private static double silenceMillis(LoadResult puts) {
        return puts.more().get(LoadResult.LONGEST_SILENCE) instanceof Number millis ? millis.doubleValue() : 0;
    }
}
