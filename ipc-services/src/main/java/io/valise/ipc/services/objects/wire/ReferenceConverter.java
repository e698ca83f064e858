package io.valise.ipc.services.objects.wire;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import io.valise.ipc.spi.mapping.Conversion;
import io.valise.ipc.spi.mapping.Converter;
import io.valise.ipc.spi.mapping.Mismatch;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An interface, or a stream: its objects cross by reference. */
final class ReferenceConverter implements Converter {
    private final String type;
    private final Supplier<Offer> finder;
    /** Looked up on first use, since interfaces may refer to each other in a cycle. Every thread finds the same. */
    private volatile @Nullable Offer found;

    ReferenceConverter(String type, Supplier<Offer> finder) {
        this.type = type;
        this.finder = finder;
    }

    private Offer offer() {
        Offer offer = found;
        if (offer == null) {
            offer = find();
        }
        return offer;
    }

    private synchronized Offer find() {
        Offer offer = found;
        if (offer == null) {
            offer = finder.get();
            found = offer;
        }
        return offer;
    }

    @Override
    public Object toWire(Object value, Conversion conversion, int level) {
        return ((References) conversion).send(value, offer());
    }

    @Override
    public Object fromWire(Object form, Conversion conversion) {
        if (form instanceof ValueSet reference) {
            return receive(reference, (References) conversion);
        }
        throw Mismatch.of("a reference to a " + type, form);
    }

    private Object receive(ValueSet reference, References references) {
        try {
            return references.receive(reference, offer());
        } catch (IpcException e) {
            throw e.status() == IpcStatus.TYPE_MISMATCH ? Mismatch.because(e.reason(), e) : e;
        }
    }

    @Override
    public Form describe(Definitions types) {
        Offer offer;
        try {
            offer = offer();
        } catch (IllegalArgumentException e) { // no object of it can cross: who tries is told why
            return Form.plain(ValueType.VALUE_SET);
        }
        return offer.describe(types);
    }
}
