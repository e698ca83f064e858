package io.valise.ipc.services.objects.wire;

import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;

/** How an object is offered to the peer: by an interface, or as a stream. Immutable; compared by identity. */
public sealed interface Offer permits InterfacePlan, StreamPlan {
    /** The name that both ends know it by. */
    String name();

    /** What a reference to it is, in a schema. */
    Form describe(Definitions types);

    /** Whether an object can be offered so. */
    boolean accepts(Object target);
}
