/** The conformance kit that every transport passes. */
module io.valise.ipc.testkit {
    requires transitive io.valise.ipc;
    requires transitive org.junit.jupiter.api;
    requires org.junit.jupiter.params;
    requires org.assertj.core;
    requires static org.jspecify;
}
