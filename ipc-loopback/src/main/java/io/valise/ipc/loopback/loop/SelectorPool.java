package io.valise.ipc.loopback.loop;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Selectors that no link needs now: opening one costs three system calls and two descriptors, and most links are idle.
 * Thread-safe.
 */
public final class SelectorPool {
    private static final int KEPT = 8;

    private final ArrayDeque<Selector> idle = new ArrayDeque<>();
    private boolean closed;

    SelectorPool() {}

    /** One without keys. */
    public Selector take() throws IOException {
        synchronized (idle) {
            Selector kept = idle.poll();
            if (kept != null) {
                return kept;
            }
        }
        return Selector.open();
    }

    /** Takes one back, its keys cancelled. */
    public void give(Selector selector) throws IOException {
        // This, and not the cancelling, deregisters: without it the descriptor of a closed socket would stay.
        selector.selectNow();
        synchronized (idle) {
            if (!closed && idle.size() < KEPT) {
                idle.push(selector);
                return;
            }
        }
        selector.close();
    }

    void close() {
        List<Selector> rest;
        synchronized (idle) {
            closed = true;
            rest = new ArrayList<>(idle);
            idle.clear();
        }
        for (Selector selector : rest) {
            Sockets.closeQuietly(selector);
        }
    }
}
