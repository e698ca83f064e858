package io.valise.ipc.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The report as one file of HTML that loads nothing: charts by Chart.js, which is inside. Stateless. */
public final class HtmlReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private HtmlReport() {}

    /** The whole page. */
    public static String of(Results results, Machine machine) throws IOException {
        return resource(HtmlReport.class, "report.html")
                .replace("@MACHINE@", machine(machine))
                .replace("@TARGETS@", targets(results))
                .replace("@SECTIONS@", sections(results))
                .replace("@DATA@", data(results))
                .replace("@CHARTJS@", chartJs());
    }

    private static String chartJs() throws IOException {
        String version = Objects.requireNonNull(Machine.versions().get("Chart.js"));
        String path = "/META-INF/resources/webjars/chart.js/" + version + "/dist/chart.umd.min.js";
        return resource(HtmlReport.class, path);
    }

    private static String resource(Class<?> beside, String path) {
        try (InputStream in = Objects.requireNonNull(beside.getResourceAsStream(path), path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private static String machine(Machine machine) {
        return machine.facts().entrySet().stream()
                .map(fact -> "<dt>" + escape(fact.getKey()) + "</dt><dd>" + escape(fact.getValue()) + "</dd>")
                .collect(Collectors.joining("\n"));
    }

    private static String targets(Results results) {
        return Targets.checks(results).stream().map(HtmlReport::target).collect(Collectors.joining("\n"));
    }

    private static String target(Check check) {
        String verdict = check.verdict().toString();
        return "<tr><td>" + check.id() + "</td><td>" + escape(check.what()) + "</td><td>" + escape(check.target())
                + "</td><td class=n>" + escape(check.figureText()) + "</td><td class=n>" + check.ratioText()
                + "</td><td class=n>" + escape(check.spreadText()) + "</td><td><span class='v "
                + verdict.replace(' ', '-') + "'>" + verdict + "</span></td></tr>";
    }

    private static String sections(Results results) {
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < Section.ALL.size(); i++) {
            Table table = Table.of(Section.ALL.get(i), results);
            if (!table.rows().isEmpty()) {
                html.append(section(Section.ALL.get(i), i, table));
            }
        }
        return html.toString();
    }

    private static String section(Section section, int number, Table table) {
        int height = 70 + 34 * table.rows().size();
        return "<section><h2>" + escape(section.title()) + "</h2>\n<div class=chart style='height:" + height
                + "px'><canvas id=c" + number + " role=img aria-label='" + escape(section.title())
                + ": the table below has the figures'></canvas></div>\n<div class=scroll><table><thead>"
                + row("th", table.head(), table.head()) + "</thead><tbody>"
                + table.rows().stream()
                        .map(cells -> row("td", cells, table.head()))
                        .collect(Collectors.joining("\n"))
                + "</tbody></table></div></section>\n";
    }

    private static String row(String tag, List<String> cells, List<String> head) {
        StringBuilder html = new StringBuilder("<tr>");
        for (int i = 0; i < cells.size(); i++) {
            html.append('<').append(tag).append(classOf(head.get(i))).append(escape(cells.get(i)));
            html.append("</").append(tag).append('>');
        }
        return html.append("</tr>").toString();
    }

    /** Of the percentiles, a narrow page shows the median and p99. */
    private static String classOf(String title) {
        if (title.isEmpty()) {
            return ">";
        }
        return title.startsWith("p90 ") || title.startsWith("p99.9 ") ? " class='n w'>" : " class=n>";
    }

    private static String data(Results results) throws IOException {
        ArrayNode charts = JSON.createArrayNode();
        for (int i = 0; i < Section.ALL.size(); i++) {
            List<Measurement> all = Section.ALL.get(i).of(results);
            if (!all.isEmpty()) {
                charts.add(chart(Section.ALL.get(i), i, all));
            }
        }
        // Inside of a script element, only "</" could end it.
        return JSON.writeValueAsString(charts).replace("</", "<\\/");
    }

    private static ObjectNode chart(Section section, int number, List<Measurement> all) {
        ObjectNode chart = JSON.createObjectNode()
                .put("id", "c" + number)
                .put("kind", section.kind().name())
                .put("unit", all.get(0).unit());
        ArrayNode bars = chart.putArray("bars");
        for (Measurement one : all) {
            ObjectNode bar = bars.addObject()
                    .put("name", one.method())
                    .put("ours", Section.isValise(one))
                    .put("value", one.typical());
            for (Map.Entry<String, Double> mark :
                    Map.of("p90", 90.0, "p99", 99.0, "p999", 99.9).entrySet()) {
                bar.put(mark.getKey(), one.percentiles().getOrDefault(mark.getValue(), one.typical()));
            }
            if (section.kind() == Section.Kind.SLICES) {
                Spread spread = Spread.of(one.rounds());
                bar.put("value", spread.median()).put("low", spread.low()).put("high", spread.high());
                bar.putArray("rounds")
                        .addAll(one.rounds().stream().map(DoubleNode::valueOf).collect(Collectors.toList()));
            }
        }
        return chart;
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;");
    }
}
