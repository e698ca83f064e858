package io.valise.ipc.loopback.link;

import io.valise.ipc.loopback.loop.Sockets;
import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Selectors that no link needs now: opening one costs three system calls and two descriptors, and most links are idle.
 * The last link takes all of them with it. Thread-safe.
 */
final class SelectorPool {
    /** The one of all links of this process. */
    static final SelectorPool SHARED = new SelectorPool();

    private static final int KEPT = 8;

    private final ArrayDeque<Selector> idle = new ArrayDeque<>();
    private int users;

    private SelectorPool() {}

    /** One more link, which must {@link #leave} once. */
    void join() {
        synchronized (idle) {
            users++;
        }
    }

    /** The last to leave closes what lies here. */
    void leave() {
        List<Selector> rest;
        synchronized (idle) {
            users--;
            if (users > 0) {
                return;
            }
            rest = new ArrayList<>(idle);
            idle.clear();
        }
        rest.forEach(Sockets::closeQuietly);
    }

    /** One without keys. */
    Selector take() throws IOException {
        synchronized (idle) {
            Selector kept = idle.poll();
            if (kept != null) {
                return kept;
            }
        }
        return Selector.open();
    }

    /** Takes one back, its keys cancelled. */
    void give(Selector selector) throws IOException {
        // This, and not the cancelling, deregisters: without it the descriptor of a closed socket would stay.
        selector.selectNow();
        synchronized (idle) {
            if (users > 0 && idle.size() < KEPT) {
                idle.push(selector);
                return;
            }
        }
        selector.close();
    }
}
