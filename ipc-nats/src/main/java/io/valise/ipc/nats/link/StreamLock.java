package io.valise.ipc.nats.link;

import io.valise.ipc.IpcException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lock of one end of a link. After each write what is held is sent, and the thread that writes waits for no link: who has the
 * lock sends as it gives that back. Thread-safe.
 */
final class StreamLock {
    private final ReentrantLock lock = new ReentrantLock();
    private final Supplier<@Nullable IpcException> sendHeld;
    private final Consumer<IpcException> onBroken;
    private volatile boolean due; // a write has ended, and what is held was not sent since
    private volatile boolean beginsToWait;

    /**
     * Free.
     *
     * @param sendHeld sends what is held, by a thread that has the lock; returns why that failed for good, or null
     * @param onBroken is told that, by a thread that does not have it
     */
    StreamLock(Supplier<@Nullable IpcException> sendHeld, Consumer<IpcException> onBroken) {
        this.sendHeld = sendHeld;
        this.onBroken = onBroken;
    }

    Condition newCondition() {
        return lock.newCondition();
    }

    /** On the thread that writes. */
    void written() {
        due = true;
        sendDue();
    }

    /** One who begins to wait gives the lock back at once, and does not look again. */
    private void sendDue() {
        IpcException broken = null;
        while (due && broken == null) {
            if (lock.tryLock()) {
                try {
                    beginsToWait = false;
                    due = false;
                    broken = sendHeld.get();
                } finally {
                    lock.unlock();
                }
            } else if (beginsToWait) {
                Thread.onSpinWait();
            } else {
                break;
            }
        }
        if (broken != null) {
            onBroken.accept(broken);
        }
    }

    void lock() {
        lock.lock();
        if (beginsToWait) { // and has given the lock back
            beginsToWait = false;
        }
    }

    void unlock() {
        lock.unlock();
        if (due) {
            sendDue();
        }
    }

    /** Whether the thread that has the lock may wait: not while what is held is due. */
    boolean mayWait() {
        beginsToWait = true; // before the look
        boolean may = !due;
        if (!may) {
            unlock();
            lock();
        }
        return may;
    }
}
