package io.valise.ipc.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.valise.ipc.benchmarks.probe.Figure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/** The results in JMH's JSON, those of the probes in the same shape. Used by one thread. */
public final class ResultFile {
    private static final String PACKAGE = "io.valise.ipc.benchmarks.";
    private static final double[] PERCENTILES = {0, 50, 90, 95, 99, 99.9, 99.99, 99.999, 99.9999, 100};

    private final ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final ArrayNode all = mapper.createArrayNode();

    /** Adds a result of JMH. */
    public void add(Collection<RunResult> results) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        }
        all.addAll((ArrayNode) mapper.readTree(bytes.toByteArray()));
    }

    /** Adds a figure of a probe. */
    public void add(List<Figure> figures) {
        for (Figure figure : figures) {
            all.add(node(figure));
        }
    }

    private ObjectNode node(Figure figure) {
        ObjectNode node = mapper.createObjectNode()
                .put("jmhVersion", "none: measured by a probe")
                .put("benchmark", PACKAGE + figure.benchmark())
                .put("mode", "ss")
                .put("threads", 1)
                .put("forks", 1)
                .put("jdkVersion", System.getProperty("java.version"))
                .put("vmName", System.getProperty("java.vm.name"))
                .put("vmVersion", System.getProperty("java.vm.version"))
                .put("warmupIterations", 0)
                .put("measurementIterations", figure.samples().size());
        ObjectNode metric =
                node.putObject("primaryMetric").put("score", figure.mean()).put("scoreError", "NaN");
        metric.putArray("scoreConfidence").add("NaN").add("NaN");
        ObjectNode percentiles = metric.putObject("scorePercentiles");
        for (double percent : PERCENTILES) {
            percentiles.put(Double.toString(percent), figure.percentile(percent));
        }
        metric.put("scoreUnit", figure.unit());
        ArrayNode samples = metric.putArray("rawData").addArray();
        figure.samples().forEach(samples::add);
        node.putObject("secondaryMetrics");
        return node;
    }

    /** The results added so far. */
    public Results results() {
        return Results.of(all);
    }

    /** Reads results that were written before. */
    public static Results read(Path file) throws IOException {
        return Results.of((ArrayNode) new ObjectMapper().readTree(file.toFile()));
    }

    /** Writes the results added. */
    public void write(Path file) throws IOException {
        mapper.writeValue(file.toFile(), all);
    }
}
