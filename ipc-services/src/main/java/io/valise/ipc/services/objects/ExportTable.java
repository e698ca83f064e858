package io.valise.ipc.services.objects;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.objects.wire.Offer;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The objects of this process that one peer holds, each with the number of references sent and not yet released. An
 * object sent again while its release is under way keeps its id: the release subtracts the references that it counted.
 * Thread-safe.
 */
final class ExportTable {
    private final Map<Key, Exported> byObject = new HashMap<>();
    private final Map<Long, Exported> byId = new ConcurrentHashMap<>();
    /** The number of offers by which each object is held. */
    private final IdentityHashMap<Object, Integer> offers = new IdentityHashMap<>();
    /** Starts at a random number, so that an id of an earlier connection is most likely unknown here. */
    private long lastId = ThreadLocalRandom.current().nextLong() >>> 1;

    private volatile int limit;
    private boolean ended;

    /** An object and the interface by which it was offered. */
    static final class Exported {
        final long id;
        final Object target;
        final Offer offer;
        private long references;

        Exported(long id, Object target, Offer offer) {
            this.id = id;
            this.target = target;
            this.offer = offer;
        }
    }

    /** Compares objects by identity. */
    private record Key(Object target, Offer offer) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.target == target && key.offer == offer;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(target) + System.identityHashCode(offer);
        }
    }

    ExportTable(int limit) {
        this.limit = limit;
    }

    void limit(int objects) {
        limit = objects;
    }

    synchronized int size() {
        return offers.size();
    }

    /** Counts one more reference to an object and answers its id. */
    synchronized long add(Object target, Offer offer) {
        Exported exported = byObject.computeIfAbsent(new Key(target, offer), key -> make(target, offer));
        exported.references++;
        return exported.id;
    }

    private Exported make(Object target, Offer offer) {
        checkRoom();
        lastId = lastId + 1 & Long.MAX_VALUE;
        Exported exported = new Exported(lastId, target, offer);
        byId.put(exported.id, exported);
        offers.merge(target, 1, Integer::sum);
        return exported;
    }

    /** Fails when the peer may hold no object that it does not hold yet. */
    synchronized void checkRoom() {
        if (ended) {
            throw new IpcException(
                    IpcStatus.CONNECTION_CLOSED, "the connection over which the object would be held has ended");
        }
        if (byId.size() >= limit) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "references to objects over one connection: limit=" + limit + ", actual=" + (byId.size() + 1)
                            + "; close references that are no longer used, or raise the limit");
        }
    }

    synchronized boolean holds(Object target) {
        return offers.containsKey(target);
    }

    @Nullable Exported find(long id) {
        return byId.get(id);
    }

    /** Subtracts references of an object; returns the object when no offer holds it any more. */
    synchronized @Nullable Object release(long id, long references) {
        Exported exported = byId.get(id);
        if (exported == null || references < 1) {
            return null;
        }
        // A peer that releases too many references harms only itself.
        exported.references -= Math.min(references, exported.references);
        if (exported.references > 0) {
            return null;
        }
        byId.remove(id);
        byObject.remove(new Key(exported.target, exported.offer));
        boolean last = offers.merge(exported.target, -1, Integer::sum) == 0;
        if (!last) {
            return null;
        }
        offers.remove(exported.target);
        return exported.target;
    }

    /** Drops all references of a peer that is gone; returns the objects that it held. */
    synchronized List<Object> end() {
        ended = true;
        List<Object> held = List.copyOf(offers.keySet());
        offers.clear();
        byId.clear();
        byObject.clear();
        return held;
    }
}
