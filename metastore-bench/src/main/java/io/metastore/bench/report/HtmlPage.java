package io.metastore.bench.report;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/** The report as one file that needs no other: its images are in it. */
final class HtmlPage {
    private static final String STYLE = """
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #222; }
            table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
            th, td { border: 1px solid #ccc; padding: .25rem .6rem; text-align: left; }
            th { background: #f3f3f3; } td:not(:first-child) { font-variant-numeric: tabular-nums; }
            pre { background: #f6f6f6; padding: .8rem; overflow-x: auto; } img { max-width: 100%; }
            """;

    private HtmlPage() {}

    /** Images by the path by which the markdown names them. */
    static String of(String markdown, Map<String, byte[]> images) {
        List<TablesExtension> tables = List.of((TablesExtension) TablesExtension.create());
        String body = HtmlRenderer.builder()
                .extensions(tables)
                .build()
                .render(Parser.builder().extensions(tables).build().parse(markdown));
        for (Map.Entry<String, byte[]> image : images.entrySet()) {
            body = body.replace(
                    "src=\"" + image.getKey() + "\"",
                    "src=\"data:image/png;base64," + Base64.getEncoder().encodeToString(image.getValue()) + "\"");
        }
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head><meta charset="utf-8"><title>MetaStore Performance Test Report</title><style>
                %s</style></head>
                <body>
                %s</body>
                </html>
                """.formatted(STYLE, body);
    }
}
