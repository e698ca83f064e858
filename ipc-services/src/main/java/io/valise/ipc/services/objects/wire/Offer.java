package io.valise.ipc.services.objects.wire;

/** How an object is offered to the peer: by an interface, or as a stream. Immutable; compared by identity. */
public sealed interface Offer permits InterfacePlan, StreamPlan {
    /** The name that both ends know it by. */
    String name();

    /** Whether an object can be offered so. */
    boolean accepts(Object target);
}
