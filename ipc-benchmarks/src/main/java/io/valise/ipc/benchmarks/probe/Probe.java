package io.valise.ipc.benchmarks.probe;

import java.util.List;

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
}
