package io.valise.ipc.testkit.rule;

/**
 * Whether this run is the full one. By default each rule and each behaviour is tested once, over a further transport only as
 * far as it depends on it, and tests that take long are left out; the full run leaves out none. Stateless.
 *
 * @since 0.1.0
 */
public final class FullRun {
    /** The system property that asks for the full run, by {@code true}. */
    public static final String PROPERTY = "valise.test.full";

    private FullRun() {}

    /** Whether every test runs. */
    public static boolean isAskedFor() {
        return Boolean.getBoolean(PROPERTY);
    }
}
