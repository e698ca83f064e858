package io.valise.ipc.services.objects.wire;

import io.valise.ipc.ValueSet;
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
    public boolean accepts(Object target) {
        return target instanceof Flow.Publisher;
    }

    /** The message of an item. */
    public ValueSet message(Object item, References references) {
        return ValueSet.of(ITEM, items.toWire(item, references));
    }

    /** The item of a message. */
    public @Nullable Object item(ValueSet message, References references) {
        return message.contains(ITEM) ? Converter.receive(items, message.get(ITEM), references) : items.absent();
    }
}
