package io.metastore.bench.report;

/** The whole report as markdown: the headings of the report that MetaStore in Go published, with nothing left open. */
final class MarkdownReport {
    private MarkdownReport() {}

    static String of(Recording recording) {
        Profile profile = Profile.named(recording.profile());
        return String.join(
                "\n",
                HeadSections.title(recording),
                HeadSections.summary(recording),
                HeadSections.environment(recording),
                HeadSections.methodology(),
                ResultSections.all(recording, profile),
                BenchmarkSections.all(recording, profile),
                AnalysisSections.performance(recording),
                AnalysisSections.comparison(recording),
                AnalysisSections.resources(recording),
                ClosingSections.execution(recording, profile),
                ClosingSections.recommendations(recording),
                ClosingSections.limits(),
                ClosingSections.conclusion(recording),
                ClosingSections.appendices(recording));
    }
}
