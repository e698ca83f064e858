package io.valise.ipc.loopback.link;

import io.valise.ipc.loopback.loop.Sockets;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Selectors that no link needs now: opening one costs three system calls and two descriptors, and most links are idle.
 * All are closed with the last link. Thread-safe.
 */
final class SelectorPool {
    private static final Logger LOG = SafeLog.of(SelectorPool.class);

    /** Shared by all links of this process. */
    static final SelectorPool SHARED = new SelectorPool();

    private static final int KEPT = 8;

    private final ArrayDeque<Selector> idle = new ArrayDeque<>();
    private int users;

    private SelectorPool() {}

    /** Registers a link, which must {@link #leave} once. */
    void join() {
        synchronized (idle) {
            users++;
        }
    }

    /** Unregisters a link; the last one closes the pooled selectors. */
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

    /** Takes a selector, which has no keys. */
    Selector take() throws IOException {
        synchronized (idle) {
            Selector kept = idle.poll();
            if (kept != null) {
                return kept;
            }
        }
        return Selector.open();
    }

    /** Returns a selector, whose keys are cancelled. */
    void give(Selector selector) {
        if (!isDeregistered(selector) || !keep(selector)) {
            Sockets.closeQuietly(selector);
        }
    }

    /** A select deregisters cancelled keys; without it the descriptor of a closed socket would stay open. */
    private static boolean isDeregistered(Selector selector) {
        try {
            selector.selectNow();
            return true;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "a selector failed, and is not used again", e);
            return false;
        }
    }

    private boolean keep(Selector selector) {
        synchronized (idle) {
            boolean kept = users > 0 && idle.size() < KEPT;
            if (kept) {
                idle.push(selector);
            }
            return kept;
        }
    }
}
