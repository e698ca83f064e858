package io.valise.ipc.services.objects;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.wire.InterfacePlan;
import io.valise.ipc.services.objects.wire.Offer;
import io.valise.ipc.services.objects.wire.References;
import io.valise.ipc.services.objects.wire.StreamPlan;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The references in one call and its reply. Those sent in a message that did not arrive are withdrawn. Used by one
 * thread at a time.
 */
final class PassedReferences implements References {
    private static final String SENDERS = "mine";
    private static final String RECEIVERS = "yours";

    private final RemoteObjects objects;
    private @Nullable List<Long> sent;

    PassedReferences(RemoteObjects objects) {
        this.objects = objects;
    }

    @Override
    public ValueSet send(Object target, Offer offer) {
        Long home = homeId(target);
        if (home != null) {
            return ValueSet.of(RECEIVERS, home);
        }
        long id = objects.exports().add(target, offer);
        if (sent == null) {
            sent = new ArrayList<>(1);
        }
        sent.add(id);
        return ValueSet.of(SENDERS, id);
    }

    /** The id of an object that is the peer's own. */
    private @Nullable Long homeId(Object target) {
        if (target instanceof RemotePublisher<?> publisher) {
            return publisher.idFor(objects);
        }
        return Proxy.isProxyClass(target.getClass())
                        && Proxy.getInvocationHandler(target) instanceof RemoteReference reference
                ? reference.idFor(objects)
                : null;
    }

    @Override
    public Object receive(ValueSet reference, Offer offer) {
        if (reference.contains(RECEIVERS)) {
            return ownObject(reference.getLong(RECEIVERS), offer);
        }
        long id = reference.getLong(SENDERS, -1);
        if (id < 0) {
            throw new IpcException(IpcStatus.TYPE_MISMATCH, "expected a reference to a " + offer.name());
        }
        return offer instanceof InterfacePlan plan
                ? RemoteReference.leased(objects, plan, id)
                : new RemotePublisher<>(objects, (StreamPlan) offer, id);
    }

    private Object ownObject(long id, Offer offer) {
        Object target = objects.held(id).target;
        if (!offer.accepts(target)) {
            throw new IpcException(
                    IpcStatus.TYPE_MISMATCH,
                    "expected=a " + offer.name() + ", actual="
                            + target.getClass().getName());
        }
        return target;
    }

    /**
     * Handles the failure of the call that carried the references; the peer does not hold those that did not arrive.
     */
    Throwable failed(@Nullable Throwable failure) {
        if (failure instanceof IpcException known && known.delivery() != Delivery.UNKNOWN) {
            takeBack();
        }
        return failure == null ? new IllegalStateException("neither reply nor failure") : failure;
    }

    void takeBack() {
        if (sent != null) {
            sent.forEach(id -> objects.exports().release(id, 1));
            sent = null;
        }
    }
}
