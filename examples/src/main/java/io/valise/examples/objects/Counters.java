package io.valise.examples.objects;

/** Makes counters: the one object that clients find by its interface. */
public interface Counters {
    /** A counter of the caller's own. */
    Counter make(String name);
}
