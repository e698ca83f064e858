package io.valise.ipc.services.objects.wire;

import io.valise.ipc.ValueSet;

/** Passes objects by reference, for one message. */
public interface References {
    /**
     * The reference that stands for an object at the peer.
     *
     * @throws io.valise.ipc.IpcException {@code RESOURCE_EXHAUSTED} when the peer holds too many
     */
    ValueSet send(Object target, Offer offer);

    /**
     * What a reference stands for here: an object of this process that comes home, or a proxy for one of the peer's.
     *
     * @throws io.valise.ipc.IpcException {@code TYPE_MISMATCH} when it stands for nothing of the kind
     */
    Object receive(ValueSet reference, Offer offer);
}
