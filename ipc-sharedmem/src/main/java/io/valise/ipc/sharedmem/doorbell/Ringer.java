package io.valise.ipc.sharedmem.doorbell;

import io.valise.ipc.sharedmem.os.SharedMemory;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The end of a doorbell that wakes; {@link Sleeper} is the end that sleeps and tells why no wake-up is lost. Used by
 * one thread at a time.
 */
public final class Ringer {
    private final SharedMemory memory;
    private final int word;
    private final Runnable socket;

    private @Nullable Futex futex;

    /**
     * @param word offset of the word that the sleeper sets
     * @param socket sends the peer's byte for this bell
     */
    public Ringer(SharedMemory memory, int word, Runnable socket) {
        this.memory = memory;
        this.word = word;
        this.socket = socket;
    }

    /** Wakes the peer if it sleeps. What the caller published before is seen by the peer before it sleeps again. */
    public void ring() {
        // Pairs with the fence in Sleeper.announce: either we see that the peer is about to sleep, or it sees what we
        // published. Without it the processor may read the word before the publication has left its store buffer.
        VarHandle.fullFence();
        if ((memory.getIntOpaque(word) & Sleeper.ASLEEP) != 0) {
            wake();
        }
    }

    private void wake() {
        int bits = Sleeper.clear(memory, word, Sleeper.ASLEEP | Sleeper.WANTS_FUTEX);
        if ((bits & Sleeper.WANTS_FUTEX) != 0) {
            Futexes.request();
        }
        boolean bySocket = (bits & Sleeper.BY_SOCKET) != 0;
        if ((bits & Sleeper.BY_FUTEX) != 0) {
            Futex known = futex();
            if (known != null) {
                known.wakeAll();
            } else {
                bySocket = true; // It was not told that we could; the socket reaches it too.
            }
        }
        if (bySocket) {
            socket.run();
        }
    }

    private @Nullable Futex futex() {
        if (futex == null) {
            futex = Futexes.at(memory, word);
        }
        return futex;
    }
}
