package io.valise.ipc.testkit.rule;

/**
 * Whether this run is the full one. By default each rule and each behaviour is tested once, and over a further transport as
 * far as it depends on it; the full run tests every combination. Stateless.
 *
 * @since 0.1.0
 */
public final class FullRun {
    /** The system property that asks for the full run, by {@code true}. */
    public static final String PROPERTY = "valise.test.full";

    private FullRun() {}

    /** Whether every combination is tested. */
    public static boolean isAskedFor() {
        return Boolean.getBoolean(PROPERTY);
    }
}
