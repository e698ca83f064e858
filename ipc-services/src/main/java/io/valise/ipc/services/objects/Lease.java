package io.valise.ipc.services.objects;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;

/** One reference to an object of the peer: released once, when closed or when its holder is garbage. Thread-safe. */
final class Lease {
    private static final Cleaner CLEANER = Cleaner.create();

    private final long id;
    private final AtomicBoolean open;
    private final Cleaner.Cleanable release;

    Lease(Object holder, long id, RemoteObjects owner) {
        AtomicBoolean stillOpen = new AtomicBoolean(true);
        this.id = id;
        this.open = stillOpen;
        // It must not keep the holder reachable.
        this.release = CLEANER.register(holder, () -> {
            stillOpen.set(false);
            owner.released(id);
        });
    }

    /** The object's id at the peer. */
    long id() {
        if (!open.get()) {
            throw new IllegalStateException("the reference was closed; ask for another one");
        }
        return id;
    }

    boolean isOpen() {
        return open.get();
    }

    /** Whether both refer to the same object by the same interface. */
    boolean isTo(Lease other) {
        return id == other.id;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id);
    }

    void release() {
        release.clean();
    }
}
