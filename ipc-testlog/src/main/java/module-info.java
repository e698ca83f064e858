/** What tests cause to be logged: asserted where it is expected, printed where it is not; and which descriptors they leave open. */
module io.valise.ipc.testlog {
    requires transitive org.junit.jupiter.api;
    requires java.logging;
    requires static org.jspecify;

    exports io.valise.ipc.testlog;

    provides org.junit.jupiter.api.extension.Extension with
            io.valise.ipc.testlog.LogWatch;
}
