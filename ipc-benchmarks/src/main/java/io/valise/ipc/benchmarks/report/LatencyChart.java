package io.valise.ipc.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A chart for a page: the round trips of one contest as an SVG picture, fastest first, on a logarithmic axis, each with
 * the interval of its median. The same results give the same bytes.
 */
public final class LatencyChart {
    private static final String CONTEST = "RequestSlices";

    private static final Map<String, String> LABELS = new TreeMap<>(Map.of(
            "shmSpinning", "shm: spinning()",
            "shmAdaptive", "shm: (default)",
            "shmBlocking", "shm: blocking()",
            "pipe", "pipe:",
            "loopback", "loopback:",
            "rawUds", "plain domain socket",
            "rawTcp", "plain TCP socket",
            "aeronIpcJackson", "Aeron IPC, Jackson",
            "grpc", "gRPC"));

    private static final int WIDTH = 760;
    private static final int LEFT = 170;
    private static final int RIGHT = 90;
    private static final int TOP = 46;
    private static final int ROW = 26;
    private static final int BAR = 16;
    private static final int TITLE_LINE = 20;
    private static final int SUBTITLE_LINE = 36;
    private static final double NANOS_PER_MICRO = 1_000;
    private static final String VALISE_COLOUR = "#0b7285";
    private static final String PEER_COLOUR = "#adb5bd";

    private LatencyChart() {}

    /** One bar, in microseconds. */
    private record Bar(String label, boolean valise, Spread micros) {}

    /** The picture; empty when the contest was not run. */
    public static String of(Results results) {
        List<Bar> bars = new ArrayList<>();
        for (Measurement one : results.ofType(CONTEST)) {
            List<Double> micros =
                    one.rounds().stream().map(nanos -> nanos / NANOS_PER_MICRO).toList();
            if (!micros.isEmpty()) {
                String label = LABELS.getOrDefault(one.method(), one.method());
                bars.add(new Bar(label, Section.isValise(one), Spread.of(micros)));
            }
        }
        bars.sort((one, other) ->
                Double.compare(one.micros().median(), other.micros().median()));
        return bars.isEmpty() ? "" : draw(bars);
    }

    private static String draw(List<Bar> bars) {
        double least = Math.pow(10, Math.floor(Math.log10(bars.get(0).micros().low())));
        double most = bars.get(bars.size() - 1).micros().high();
        Axis axis = new Axis(least, most);
        int height = TOP + bars.size() * ROW + ROW;
        StringBuilder svg = new StringBuilder();
        line(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\">",
                WIDTH,
                height);
        line(svg, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, height);
        line(
                svg,
                "<text x=\"10\" y=\"%d\" font-size=\"14\" font-weight=\"bold\">Request and reply, 8 fields each way</text>",
                TITLE_LINE);
        line(
                svg,
                "<text x=\"10\" y=\"%d\" font-size=\"11\" fill=\"#495057\">µs, logarithmic; median of alternating slices,"
                        + " with its 95 %% interval; two processes</text>",
                SUBTITLE_LINE);
        for (double tick = least; tick <= most; tick *= 10) {
            line(
                    svg,
                    "<line x1=\"%1$.1f\" y1=\"%2$d\" x2=\"%1$.1f\" y2=\"%3$d\" stroke=\"#dee2e6\"/>",
                    axis.at(tick),
                    TOP,
                    TOP + bars.size() * ROW);
            line(
                    svg,
                    "<text x=\"%.1f\" y=\"%d\" font-size=\"11\" text-anchor=\"middle\" fill=\"#495057\">%s</text>",
                    axis.at(tick),
                    height - BAR / 2,
                    plain(tick));
        }
        for (int row = 0; row < bars.size(); row++) {
            draw(svg, axis, bars.get(row), TOP + row * ROW);
        }
        return svg.append("</svg>\n").toString();
    }

    private static void draw(StringBuilder svg, Axis axis, Bar bar, int top) {
        int middle = top + ROW / 2;
        double end = axis.at(bar.micros().median());
        line(
                svg,
                "<text x=\"%d\" y=\"%d\" font-size=\"12\" text-anchor=\"end\"%s>%s</text>",
                LEFT - 8,
                middle + 4,
                bar.valise() ? " font-weight=\"bold\"" : "",
                bar.label());
        line(
                svg,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
                LEFT,
                middle - BAR / 2,
                end - LEFT,
                BAR,
                bar.valise() ? VALISE_COLOUR : PEER_COLOUR);
        line(
                svg,
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#212529\" stroke-width=\"2\"/>",
                axis.at(bar.micros().low()),
                middle,
                axis.at(bar.micros().high()),
                middle);
        line(
                svg,
                "<text x=\"%.1f\" y=\"%d\" font-size=\"12\">%s</text>",
                Math.max(end, axis.at(bar.micros().high())) + 6,
                middle + 4,
                Results.format(bar.micros().median()));
    }

    /** Microseconds to the horizontal place of a bar's end. */
    private record Axis(double least, double most) {
        double at(double micros) {
            return LEFT + (WIDTH - LEFT - RIGHT) * Math.log(micros / least) / Math.log(most / least);
        }
    }

    private static String plain(double tick) {
        return tick >= 1 ? String.format(Locale.ROOT, "%.0f", tick) : String.format(Locale.ROOT, "%s", tick);
    }

    private static void line(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
