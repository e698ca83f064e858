package io.valise.ipc;

/** Placeholder until the codec lands. */
public final class ValueSet {
    private ValueSet() {}
}
