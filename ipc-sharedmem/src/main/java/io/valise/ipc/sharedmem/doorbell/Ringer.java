package io.valise.ipc.sharedmem.doorbell;

import io.valise.ipc.sharedmem.os.SharedMemory;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The end of a doorbell that wakes; {@link Sleeper} is the end that sleeps and explains why no wake-up is lost. Used by
 * one thread at a time.
 */
public final class Ringer {
    private final SharedMemory memory;
    private final int asleep;
    private final int rung;
    private final Runnable socket;

    private int answered;
    private int rings;
    private @Nullable Futex futex;

    /**
     * The ringing end of a bell.
     *
     * @param bell offset of the bell's words
     * @param socket sends the peer's byte for this bell
     */
    public Ringer(SharedMemory memory, int bell, Runnable socket) {
        this.memory = memory;
        this.asleep = bell + Sleeper.ASLEEP_AT;
        this.rung = bell + Sleeper.RUNG_AT;
        this.socket = socket;
    }

    /** Wakes the peer if it sleeps. What the caller published before is seen by the peer before it sleeps again. */
    public void ring() {
        // Pairs with the fence in Sleeper.announce: either we see that the peer is about to sleep, or it sees what we
        // published. Without it the processor may read the word before the publication has left its store buffer.
        VarHandle.fullFence();
        int announced = memory.getIntOpaque(asleep);
        if ((announced & Sleeper.BY_ANY) != 0 && announced != answered) {
            answered = announced;
            wake(announced);
        }
    }

    private void wake(int announced) {
        boolean bySocket = (announced & Sleeper.BY_SOCKET) != 0;
        if ((announced & Sleeper.BY_FUTEX) != 0) {
            bySocket |= !wakeByFutex();
        }
        if ((announced & Sleeper.WANTS_FUTEX) != 0) {
            Futexes.wish();
        }
        if (bySocket) {
            socket.run();
        }
    }

    /** Returns false where there is no futex; the peer was not told that there was, but the socket reaches it too. */
    private boolean wakeByFutex() {
        if (futex == null) {
            futex = Futexes.at(memory, rung);
        }
        Futex known = futex;
        if (known != null) {
            rings += 2; // even; the sleeper's own side writes odd numbers
            memory.putIntRelease(rung, rings);
            known.wakeAll();
        }
        return known != null;
    }
}
