package io.valise.ipc.benchmarks.probe;

import java.util.List;
import java.util.Map;

/** Something that is measured without JMH. */
public interface Probe {
    /** Its name: the class part of its figures' names. */
    String name();

    /**
     * Measures.
     *
     * @param quick whether few samples shall do
     * @return nothing when this machine cannot; then it has said why on stdout
     */
    List<Figure> measure(boolean quick) throws Exception;

    /** What the report says of the run beside the figures, once it was measured: texts by their names. */
    default Map<String, String> facts() {
        return Map.of();
    }
}
