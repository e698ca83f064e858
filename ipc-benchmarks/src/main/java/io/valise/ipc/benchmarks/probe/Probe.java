package io.valise.ipc.benchmarks.probe;

import java.util.List;
import java.util.Map;

/** A measurement without JMH. */
public interface Probe {
    /** Its name: the class part of its figures' names. */
    String name();

    /**
     * Measures.
     *
     * @param quick whether few samples suffice
     * @return empty when this machine cannot measure it; then the reason is on stdout
     */
    List<Figure> measure(boolean quick) throws Exception;

    /** Whether a quick run without a selection measures it. */
    default boolean isQuick() {
        return true;
    }

    /** Facts about the run for the report, after the measurement: texts by their names. */
    default Map<String, String> facts() {
        return Map.of();
    }
}
