package io.valise.ipc.sharedmem.named;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.ObjectLayout;
import io.valise.ipc.spi.runtime.LockFile;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a mutex, which has one, or of a semaphore, which has one for each permit. Who has a slot has a byte of the
 * file locked, and its process id in the slot's mark.
 *
 * <pre>
 *   acquire                                release
 *   0  lock the slot's byte                a  mark = 0
 *   1  the mark is not 0: abandoned        b  unlock the byte
 *   2  mark = this process's               c  ring the bell
 * </pre>
 *
 * <p>The kernel alone says who has a slot: it grants the lock to one process, and takes it from a process that ends, at
 * whatever instruction. The mark says whether the one before gave it back: of a process that ends between 2 and a it stays,
 * and the next one that gets the slot is told. Before 2 and after a the holder's program is outside of what the slot protects.
 * Process ids are for messages, and prove nothing.
 *
 * <p>Slots with a mark are tried first, so that the next one that acquires gets the slot that a dead process left.
 *
 * <h2>Turns</h2>
 *
 * <p>A thread that waits has the turn, if no other has: a lock too. Others leave the slots to it for {@link #TURN_NANOS},
 * so a process that gives a mutex back and wants it again at once does not keep it from those that wait. After that they
 * try as well: a process that was stopped while it had the turn delays others by so much, and stops none. A thread that
 * gives the turn back rings if a slot is free then: others may have found the turn taken, and have left that slot to it.
 *
 * <p>Thread-safe.
 */
public final class Slots {
    static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ObjectFile object;
    private final ObjectWords words;

    /** The slots of an object. */
    public Slots(ObjectFile object) {
        this.object = object;
        this.words = object.words();
    }

    /** Takes a free slot, also when others wait; null when there is none. The object stays in use until it is given back. */
    public @Nullable Slot tryTake() {
        object.enter();
        Slot slot = null;
        try {
            slot = look();
            return slot;
        } finally {
            if (slot == null) {
                object.leave();
            }
        }
    }

    /**
     * Waits for a slot as long as it takes.
     *
     * @throws IpcException {@code CONNECTION_CLOSED} when the object is closed here
     * @throws InterruptedException when this thread is interrupted
     */
    public Slot take() throws InterruptedException {
        Slot slot;
        do {
            slot = take(Long.MAX_VALUE);
        } while (slot == null);
        return slot;
    }

    /**
     * Waits for a slot for some time.
     *
     * @throws IpcException {@code TIMEOUT}, with who has it, {@code CONNECTION_CLOSED} when the object is closed here
     * @throws InterruptedException when this thread is interrupted
     */
    public Slot take(Duration timeout) throws InterruptedException {
        Slot slot = take(Waiting.nanos(timeout));
        if (slot == null) {
            throw new IpcException(
                    IpcStatus.TIMEOUT,
                    "object \"" + object.name() + "\": limit=" + timeout + " to acquire it, actual=" + holders(),
                    Delivery.NOT_SENT);
        }
        return slot;
    }

    private @Nullable Slot take(long nanos) throws InterruptedException {
        object.enter();
        Slot slot = null;
        try {
            slot = await(new Waiting(object, nanos));
            return slot;
        } finally {
            if (slot == null) {
                object.leave();
            }
        }
    }

    private @Nullable Slot await(Waiting waiting) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        LockFile.Lock turn = null;
        try {
            int noted;
            do {
                noted = object.bell().look();
                turn = turn != null ? turn : object.file().tryLock(ObjectLayout.TURN_LOCK);
                Slot slot = turn != null || waiting.lasts() > TURN_NANOS ? look() : null;
                if (slot != null) {
                    return slot;
                }
            } while (waiting.sleep(noted));
            return look(); // a stopped process may have the turn
        } finally {
            if (turn != null) {
                giveBack(turn);
            }
        }
    }

    private void giveBack(LockFile.Lock turn) {
        object.unlock(turn);
        if (unmarked() > 0) {
            object.bell().ring();
        }
    }

    private @Nullable Slot look() {
        long[] marks = words.marks();
        Slot left = look(marks, true);
        return left != null ? left : look(marks, false);
    }

    private @Nullable Slot look(long[] marks, boolean marked) {
        for (int slot = 0; slot < marks.length; slot++) {
            if ((marks[slot] != 0) == marked) {
                LockFile.Lock lock = object.file().tryLock(ObjectLayout.slotLock(slot));
                if (lock != null) {
                    return taken(slot, lock);
                }
            }
        }
        return null;
    }

    private Slot taken(int slot, LockFile.Lock lock) {
        boolean marked = false;
        try {
            Slot taken = new Slot(slot, lock);
            marked = true;
            return taken;
        } finally {
            if (!marked) {
                object.unlock(lock);
            }
        }
    }

    /** How many slots have no mark. */
    public int free() {
        object.enter();
        try {
            return unmarked();
        } finally {
            object.leave();
        }
    }

    private int unmarked() {
        return (int) Arrays.stream(words.marks()).filter(mark -> mark == 0).count();
    }

    private String holders() {
        object.enter();
        try {
            return pids();
        } finally {
            object.leave();
        }
    }

    private String pids() {
        StringBuilder pids = new StringBuilder();
        for (long mark : words.marks()) {
            if (mark != 0) {
                pids.append(pids.length() == 0 ? "held by process " : ", ").append(ObjectLayout.pid(mark));
            }
        }
        return pids.length() == 0 ? "others were faster" : pids.toString();
    }

    /** A slot that this process has. Thread-safe. */
    public final class Slot {
        private final int slot;
        private final LockFile.Lock lock;
        private final boolean abandoned;

        private Slot(int slot, LockFile.Lock lock) {
            this.slot = slot;
            this.lock = lock;
            this.abandoned = words.mark(slot) != 0;
            words.putMark(slot, ObjectFile.MARK);
        }

        /** Whether the one that had it before ended without giving it back. */
        public boolean abandoned() {
            return abandoned;
        }

        /**
         * Gives it back; to be called once.
         *
         * @throws IpcException {@code PROTOCOL_ERROR} when the file was truncated; it is given back all the same
         */
        public void release() {
            try {
                words.putMark(slot, 0);
            } finally {
                object.unlock(lock);
                ringAndLeave();
            }
        }

        private void ringAndLeave() {
            try {
                object.bell().ring();
            } finally {
                object.leave();
            }
        }
    }
}
