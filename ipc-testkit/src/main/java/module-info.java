/**
 * The conformance kit that every transport passes.
 *
 * <p>System properties: {@code valise.testkit.hangSeconds} (default 150) is how long a test may take before the
 * {@linkplain io.valise.ipc.testkit.HangWatchdog watchdog} dumps threads and ends it; a JUnit configuration parameter
 * of that name overrides it. {@code valise.home} is set to a fresh directory unless it is set.
 */
@SuppressWarnings("requires-automatic") // The Reactive Streams TCK only reserves automatic names.
module io.valise.ipc.testkit {
    requires transitive io.valise.ipc;
    requires transitive org.junit.jupiter.api;
    requires io.valise.ipc.testlog;
    requires org.junit.jupiter.params;
    requires org.assertj.core;
    requires transitive java.logging;
    requires java.management;
    requires static org.jspecify;
    requires static org.reactivestreams;
    requires static org.reactivestreams.tck;
    requires static org.testng;

    exports io.valise.ipc.testkit;
    exports io.valise.ipc.testkit.flow;
    exports io.valise.ipc.testkit.language;
    exports io.valise.ipc.testkit.process;
    exports io.valise.ipc.testkit.rule;

    // JUnit reads the rules by reflection.
    opens io.valise.ipc.testkit;
    opens io.valise.ipc.testkit.flow;
    opens io.valise.ipc.testkit.language;
    opens io.valise.ipc.testkit.link;
    opens io.valise.ipc.testkit.rule;
    opens io.valise.ipc.testkit.session;
}
