package io.valise.ipc.services.objects.wire;

import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.mapping.Conversion;

/** Passes objects by reference, for one message. */
public interface References extends Conversion {
    /**
     * The reference by which the peer knows an object.
     *
     * @throws io.valise.ipc.IpcException {@code RESOURCE_EXHAUSTED} when the peer holds too many
     */
    ValueSet send(Object target, Offer offer);

    /**
     * The object of a reference: an object of this process that the peer sends back, or a proxy for one of the peer's.
     *
     * @throws io.valise.ipc.IpcException {@code TYPE_MISMATCH} when it refers to no such object
     */
    Object receive(ValueSet reference, Offer offer);
}
