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
 * The last link takes all of them with it. Thread-safe.
 */
final class SelectorPool {
    private static final Logger LOG = SafeLog.of(SelectorPool.class);

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
    void give(Selector selector) {
        if (!isDeregistered(selector) || !keep(selector)) {
            Sockets.closeQuietly(selector);
        }
    }

    /** This, and not the cancelling, deregisters: without it the descriptor of a closed socket would stay. */
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
