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
 * object sent again while its release is under way keeps its id: the release takes off what it counted, not all.
 * Thread-safe.
 */
final class ExportTable {
    private final Map<Key, Exported> byObject = new HashMap<>();
    private final Map<Long, Exported> byId = new ConcurrentHashMap<>();
    /** By how many offers each object is held. */
    private final IdentityHashMap<Object, Integer> offers = new IdentityHashMap<>();
    /** So that an id of another connection, dialled before this one, is most likely unknown here. */
    private long lastId = ThreadLocalRandom.current().nextLong() >>> 1;

    private volatile int limit;
    private boolean ended;

    /** An object, and as what it was offered. */
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
        lastId = lastId + 1 & Long.MAX_VALUE;
        Exported exported = new Exported(lastId, target, offer);
        byId.put(exported.id, exported);
        offers.merge(target, 1, Integer::sum);
        return exported;
    }

    @Nullable Exported find(long id) {
        return byId.get(id);
    }

    /** Takes references off an object; answers it when none is left by any offer. */
    synchronized @Nullable Object release(long id, long references) {
        Exported exported = byId.get(id);
        if (exported == null || references < 1) {
            return null;
        }
        // A peer that releases more than it has can only harm itself.
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

    /** The peer is gone, and with it all its references; answers what it held. */
    synchronized List<Object> end() {
        ended = true;
        List<Object> held = List.copyOf(offers.keySet());
        offers.clear();
        byId.clear();
        byObject.clear();
        return held;
    }
}
