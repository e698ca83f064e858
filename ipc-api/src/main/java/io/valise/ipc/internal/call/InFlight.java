package io.valise.ipc.internal.call;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The calls or requests under way on a session, by correlation id. Ids are given out in sequence, so the low bits of an id almost
 * always name a free slot of a small array: putting and removing is one compare-and-set without garbage. What finds its
 * slot taken goes to a map. Removing an entry hands it to exactly one caller. Thread-safe.
 */
public final class InFlight<T extends InFlight.Entry> {
    /** Something with a correlation id that does not change while it is in the table. */
    public interface Entry {
        long id();
    }

    private static final int SLOTS = 64;

    private final AtomicReferenceArray<@Nullable T> slots = new AtomicReferenceArray<>(SLOTS);
    private final ConcurrentHashMap<Long, T> crowded = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private volatile boolean everCrowded;

    /** Adds an entry; false when its id is under way already. Entries with the same id are put one after the other. */
    public boolean put(T entry) {
        long id = entry.id();
        int slot = slotOf(id);
        if (everCrowded && crowded.containsKey(id)) {
            return false;
        }
        if (!slots.compareAndSet(slot, null, entry)) {
            everCrowded = true;
            T there = slots.get(slot);
            if ((there != null && there.id() == id) || crowded.putIfAbsent(id, entry) != null) {
                return false;
            }
        }
        size.getAndIncrement();
        return true;
    }

    public @Nullable T get(long id) {
        T entry = slots.get(slotOf(id));
        return entry != null && entry.id() == id ? entry : crowded.get(id);
    }

    /** Takes an entry out: null when it is not there, or not any more. */
    public @Nullable T remove(long id) {
        T entry = slots.get(slotOf(id));
        if (entry != null && entry.id() == id) {
            entry = slots.compareAndSet(slotOf(id), entry, null) ? entry : null;
        } else {
            entry = crowded.remove(id);
        }
        if (entry != null) {
            size.getAndDecrement();
        }
        return entry;
    }

    /** Takes this very entry out; false when it is not there, or not any more. */
    public boolean remove(T entry) {
        boolean removed = slots.compareAndSet(slotOf(entry.id()), entry, null) || crowded.remove(entry.id(), entry);
        if (removed) {
            size.getAndDecrement();
        }
        return removed;
    }

    public int size() {
        return size.get();
    }

    /** The entries now; those that come or go meanwhile may be missed. */
    public List<T> snapshot() {
        List<T> all = new ArrayList<>(crowded.values());
        for (int slot = 0; slot < SLOTS; slot++) {
            T entry = slots.get(slot);
            if (entry != null) {
                all.add(entry);
            }
        }
        return all;
    }

    private static int slotOf(long id) {
        return (int) id & (SLOTS - 1);
    }
}
