package io.valise.ipc.services.objects;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.objects.wire.StreamPlan;
import io.valise.ipc.spi.mapping.MappedSubscriber;
import io.valise.ipc.spi.schema.ObjectService;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A publisher of the peer. Each subscription is a stream with the connection's back-pressure; it keeps the reference.
 * Thread-safe.
 */
final class RemotePublisher<T> implements Flow.Publisher<T>, RemoteObject {
    private final RemoteObjects owner;
    private final StreamPlan plan;
    private final Lease lease;

    RemotePublisher(RemoteObjects owner, StreamPlan plan, long id) {
        this.owner = owner;
        this.plan = plan;
        this.lease = new Lease(this, id, owner);
    }

    @Nullable Long idFor(RemoteObjects connection) {
        return owner == connection ? Long.valueOf(lease.id()) : null;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        ValueSet address = ValueSet.of(ObjectService.OBJECT, lease.id());
        MappedSubscriber.publisher(owner.connection().stream(ObjectCalls.STREAMS, address), this::item)
                .subscribe(subscriber);
    }

    @SuppressWarnings("unchecked") // the plan is that of the declared type
    private T item(ValueSet message) {
        Object item = plan.item(message, owner.passedReferences());
        if (item == null) {
            throw new NullPointerException("the peer published null");
        }
        return (T) item;
    }

    @Override
    public void close() {
        lease.release();
    }

    @Override
    public String toString() {
        return "Flow.Publisher at " + owner.connection().endpoint();
    }
}
