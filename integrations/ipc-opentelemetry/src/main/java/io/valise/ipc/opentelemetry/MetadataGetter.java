package io.valise.ipc.opentelemetry;

import io.opentelemetry.context.propagation.TextMapGetter;
import io.valise.ipc.ValueSet;
import org.jspecify.annotations.Nullable;

/** Reads what a propagator has put into the metadata of a call. The peer may have put anything else there. Stateless, thread-safe. */
enum MetadataGetter implements TextMapGetter<ValueSet> {
    INSTANCE;

    @Override
    @SuppressWarnings("deprecation") // older versions of OpenTelemetry ask for it
    public Iterable<String> keys(ValueSet metadata) {
        return metadata.keys();
    }

    @Override
    public @Nullable String get(@Nullable ValueSet metadata, String key) {
        return metadata != null && metadata.find(key).orElse(null) instanceof String text ? text : null;
    }
}
