package io.valise.ipc.internal.codec;

/** Lets the replay of all corpora reach the target of this package. */
public final class ValueSetCorpus {
    private ValueSetCorpus() {}

    /** Plays one input of {@link ValueSetFuzz}. */
    public static void read(byte[] input) {
        ValueSetFuzz.read(input);
    }
}
