/** Traces and metrics of calls by OpenTelemetry. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // OpenTelemetry has no module descriptors.
module io.valise.ipc.opentelemetry {
    requires transitive io.opentelemetry.api;
    requires io.opentelemetry.context;
    requires transitive io.valise.ipc;
    requires static org.jspecify;

    exports io.valise.ipc.opentelemetry;
}
