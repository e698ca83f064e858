package io.valise.ipc.sharedmem.named;

import io.valise.ipc.IpcException;
import io.valise.ipc.sharedmem.layout.ObjectLayout;
import io.valise.ipc.spi.runtime.LockFile;
import java.time.Duration;

/**
 * Whether an event is set. To set and to reset it are single stores, so a process that ends in between leaves the event
 * as it was or as it was to be. A waiter for a manual event compares how often it was set as well: an event that was set and
 * reset while it slept was set for it.
 *
 * <p>An automatic event is taken by one waiter: the process that has a lock looks whether it is set, and resets it. A
 * process that ends there has taken the signal or has not, and the kernel frees its lock. A set that comes while another
 * takes the one before counts as that one: an event does not count.
 *
 * <p>Thread-safe.
 */
public final class Signal {
    private final ObjectFile object;
    private final ObjectWords words;

    /** The signal of an event. */
    public Signal(ObjectFile object) {
        this.object = object;
        this.words = object.words();
    }

    /** Sets it, and wakes those that wait. */
    public void set() {
        object.enter();
        try {
            // In this order: a waiter that notes the new count and sleeps finds the event set.
            words.putInt(ObjectLayout.STATE_AT, 1);
            words.putInt(ObjectLayout.SETS_AT, sets() + 1);
            object.bell().ring();
        } finally {
            object.leave();
        }
    }

    /** Resets it. */
    public void reset() {
        object.enter();
        try {
            words.putInt(ObjectLayout.STATE_AT, 0);
        } finally {
            object.leave();
        }
    }

    /** Whether it is set. */
    public boolean isSet() {
        object.enter();
        try {
            return state() != 0;
        } finally {
            object.leave();
        }
    }

    /**
     * Waits until it is set, as long as it takes; one waiter resets an automatic event.
     *
     * @throws IpcException {@code CONNECTION_CLOSED} when the object is closed here
     * @throws InterruptedException when this thread is interrupted
     */
    public void await() throws InterruptedException {
        boolean set;
        do {
            set = await(Long.MAX_VALUE);
        } while (!set);
    }

    /**
     * Waits until it is set, for some time; one waiter resets an automatic event.
     *
     * @return false when the time is up
     * @throws IpcException {@code CONNECTION_CLOSED} when the object is closed here
     * @throws InterruptedException when this thread is interrupted
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return await(Waiting.nanos(timeout));
    }

    private boolean await(long nanos) throws InterruptedException {
        object.enter();
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return await(new Waiting(object, nanos));
        } finally {
            object.leave();
        }
    }

    private boolean await(Waiting waiting) throws InterruptedException {
        boolean manual = object.kind() == ObjectKind.MANUAL_EVENT;
        int before = sets();
        int noted;
        do {
            noted = object.bell().look();
            if (manual ? state() != 0 || sets() != before : take()) {
                return true;
            }
        } while (waiting.sleep(noted));
        return false;
    }

    /** Takes the signal of an automatic event, unless it is not set or another is about to take it. */
    private boolean take() {
        LockFile.Lock taking = state() == 0 ? null : object.file().tryLock(ObjectLayout.TAKING_LOCK);
        if (taking == null) {
            return false;
        }
        try {
            boolean taken = state() != 0;
            if (taken) {
                words.putInt(ObjectLayout.STATE_AT, 0);
            }
            return taken;
        } finally {
            object.unlock(taking);
        }
    }

    private int sets() {
        return words.getInt(ObjectLayout.SETS_AT);
    }

    private int state() {
        return words.getInt(ObjectLayout.STATE_AT);
    }
}
