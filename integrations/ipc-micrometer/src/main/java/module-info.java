/** Metrics of servers, connections and calls for Micrometer. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // Micrometer has no module descriptors.
module io.valise.ipc.micrometer {
    requires transitive io.valise.ipc;
    requires transitive micrometer.core;
    requires static org.jspecify;

    exports io.valise.ipc.micrometer;
}
