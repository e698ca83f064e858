package io.valise.ipc.sharedmem.os;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tracks which threads use a mapping, so that it is unmapped once it is closed and the last of them has left; after
 * that no thread can enter. The thread that finds it closed and unused unmaps it.
 *
 * <p>Sender and reader each have a flag of their own, which costs one fence to raise and none to lower. Entering is one
 * end of a Dekker exclusion (raise the flag, look for the closing), closing the other: both are volatile. Leaving has
 * no fence: the leaver may miss a closing that happens at the same instant. Then the closing thread sees the flag fall,
 * because it polls for longer than a store takes to leave a processor.
 */
public final class MappingUse {
    /** A flag that one thread at a time raises. */
    public static final class Flag {
        private static final VarHandle RAISED;

        static {
            try {
                RAISED = MethodHandles.lookup().findVarHandle(Flag.class, "raised", boolean.class);
            } catch (ReflectiveOperationException impossible) {
                throw new ExceptionInInitializerError(impossible);
            }
        }

        private final MappingUse use;
        private volatile boolean raised;

        private Flag(MappingUse use) {
            this.use = use;
        }

        /** Enters; false when closed. */
        public boolean enter() {
            raised = true;
            if (use.closed) {
                leave();
                return false;
            }
            return true;
        }

        /** Leaves. */
        public void leave() {
            RAISED.setRelease(this, false);
            if (use.closed) {
                use.unmapIfUnused();
            }
        }
    }

    private static final int LOOKS = 1000;

    private final Flag sender = new Flag(this);
    private final Flag reader = new Flag(this);
    private final AtomicInteger others = new AtomicInteger();
    private final AtomicBoolean unmapped = new AtomicBoolean();
    private final Runnable unmap;

    private volatile boolean closed;

    /**
     * The use of a mapping that is open, by no thread.
     *
     * @param unmap runs once, when it is closed and no thread is inside
     */
    public MappingUse(Runnable unmap) {
        this.unmap = unmap;
    }

    /** The flag of the thread that sends. */
    public Flag sender() {
        return sender;
    }

    /** The flag of the thread that reads. */
    public Flag reader() {
        return reader;
    }

    /** Enters as another thread than sender and reader, for rare operations; false when closed. */
    public boolean enter() {
        others.incrementAndGet();
        if (closed) {
            leave();
            return false;
        }
        return true;
    }

    /** Leaves after {@link #enter}. */
    public void leave() {
        others.decrementAndGet();
        if (closed) {
            unmapIfUnused();
        }
    }

    /** Whether no thread may enter any more. */
    public boolean isClosed() {
        return closed;
    }

    /** Refuses all further entries. The calling thread is inside and leaves by {@link #leaveLast}. */
    public void shut() {
        closed = true;
    }

    /** Leaves after {@link #shut} and unmaps the memory, unless others are inside: then the last of them does. */
    public void leaveLast() {
        leave();
        for (int look = 0; look < LOOKS && !unmapIfUnused(); look++) {
            Thread.onSpinWait();
        }
    }

    private boolean unmapIfUnused() {
        if (sender.raised || reader.raised || others.get() != 0) {
            return false;
        }
        if (unmapped.compareAndSet(false, true)) {
            unmap.run();
        }
        return true;
    }
}
