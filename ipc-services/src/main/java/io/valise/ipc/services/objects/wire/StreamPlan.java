package io.valise.ipc.services.objects.wire;

import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.mapping.Converter;
import io.valise.ipc.spi.mapping.Mismatch;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** How the items of a {@link Flow.Publisher} become messages. Immutable and thread-safe. */
public final class StreamPlan implements Offer {
    private static final String ITEM = "v";

    private final Converter items;

    StreamPlan(Converter items) {
        this.items = items;
    }

    @Override
    public String name() {
        return Flow.Publisher.class.getName();
    }

    @Override
    public Form describe(Definitions types) {
        return Form.publisher(items.describe(types));
    }

    @Override
    public boolean accepts(Object target) {
        return target instanceof Flow.Publisher;
    }

    /** The message of an item. */
    public ValueSet message(Object item, References references) {
        try {
            return ValueSet.of(ITEM, items.toWire(item, references, Converter.TOP));
        } catch (Mismatch e) {
            throw e.sent("an item");
        }
    }

    /** The item of a message. */
    public @Nullable Object item(ValueSet message, References references) {
        if (!message.contains(ITEM)) {
            return items.absent();
        }
        try {
            return Converter.receive(items, message.get(ITEM), references);
        } catch (Mismatch e) {
            throw e.received("an item");
        }
    }
}
