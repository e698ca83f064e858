package io.valise.ipc.pipes.windows;

import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_INCOMPLETE;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_SUCCESS;

import io.valise.ipc.Endpoint;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import io.valise.ipc.pipes.windows.overlapped.WakeEvent;
import io.valise.ipc.pipes.windows.overlapped.Watchers;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * A served name: a thread that waits for clients at several instances, so that one is free while another is being
 * replaced. Thread-safe.
 */
final class PipeListener implements Transport.Listener, Runnable {
    private static final int INSTANCES = 4;
    private static final int MOST_REDIRECTIONS = Win32.MAXIMUM_WAIT_OBJECTS - 1 - INSTANCES;
    private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(100);

    private final Endpoint endpoint;
    private final Transport.Acceptor acceptor;
    private final PipeUser user;
    private final PipeNames names;
    private final Watchers watchers;
    private final Win32 win32;
    private final long stop;
    private final List<Instance> waiting = new ArrayList<>();
    private final List<PipeRedirection> redirections = new ArrayList<>();
    private final CountDownLatch freed = new CountDownLatch(1);
    private final Thread thread;
    private boolean starved;
    private volatile boolean stopping;

    /** @throws Win32Exception {@code ERROR_ACCESS_DENIED} when the name is taken */
    PipeListener(Endpoint endpoint, Transport.Acceptor acceptor, PipeUser user, PipeNames names, Watchers watchers)
            throws Win32Exception {
        this.endpoint = endpoint;
        this.acceptor = acceptor;
        this.user = user;
        this.names = names;
        this.watchers = watchers;
        this.win32 = user.win32();
        waiting.add(instance(true));
        this.stop = stopEvent();
        this.thread = Threads.daemon("valise-pipe-" + endpoint.name(), this);
    }

    PipeListener start() {
        fillUp();
        Threads.start(thread, this::free);
        return this;
    }

    private long stopEvent() throws Win32Exception {
        try {
            return win32.createEvent();
        } catch (Win32Exception e) {
            waiting.forEach(Instance::close);
            throw e;
        }
    }

    private Instance instance(boolean first) throws Win32Exception {
        return Instance.create(user, names.meeting(endpoint.name()), first, Win32.PIPE_UNLIMITED_INSTANCES);
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public void run() {
        try {
            Threads.repeat("waiting for clients of " + endpoint, this::round);
        } finally {
            free();
        }
    }

    private boolean round() {
        if (!stopping) {
            win32.waitForAny(events(), WakeEvent.millis(nanosToWait()));
            finishRedirections();
            beginRedirections();
        }
        return !stopping;
    }

    private void free() {
        waiting.forEach(Instance::close);
        redirections.forEach(PipeRedirection::drop);
        closeStopEvent();
        freed.countDown();
    }

    private long[] events() {
        return LongStream.concat(
                        LongStream.of(stop),
                        LongStream.concat(
                                redirections.stream().mapToLong(PipeRedirection::event),
                                admits() ? waiting.stream().mapToLong(Instance::event) : LongStream.empty()))
                .toArray();
    }

    /** Whether one more client can be sent to a pipe of its own; others wait at the server's name. */
    private boolean admits() {
        return redirections.size() < MOST_REDIRECTIONS && !starved;
    }

    /**
     * Nanoseconds until a client must have connected, or until the next try where the system was short of something;
     * without a limit otherwise.
     */
    private long nanosToWait() {
        if (admits() && waiting.stream().anyMatch(Instance::isDecided)) {
            return 0;
        }
        long nanos = starved ? RETRY : Long.MAX_VALUE;
        for (PipeRedirection redirection : redirections) {
            nanos = Math.min(nanos, redirection.isDecided() ? 0 : Math.max(0, redirection.nanosLeft()));
        }
        return nanos;
    }

    /** Instances are replaced before they are used: the name must not be without one, or it would be free. */
    private void beginRedirections() {
        Deque<Instance> decided = new ArrayDeque<>();
        waiting.removeIf(instance -> instance.outcome() != ERROR_IO_INCOMPLETE && decided.add(instance));
        fillUp();
        while (!decided.isEmpty()) {
            Instance instance = decided.remove();
            if (redirections.size() < MOST_REDIRECTIONS && !waiting.isEmpty()) {
                begin(instance);
            } else {
                waiting.add(instance);
            }
        }
    }

    /** A client that has gone again (ERROR_NO_DATA) takes its instance with it. */
    private void begin(Instance instance) {
        boolean begun = false;
        try {
            if (instance.outcome() == ERROR_SUCCESS) {
                redirections.add(PipeRedirection.begin(endpoint, user, names, instance));
                begun = true;
            }
        } catch (Win32Exception e) {
            dropped(e);
        } finally {
            if (!begun) {
                instance.close();
            }
        }
    }

    private void finishRedirections() {
        for (Iterator<PipeRedirection> all = redirections.iterator(); all.hasNext(); ) {
            PipeRedirection redirection = all.next();
            if (redirection.isDecided()) {
                all.remove();
                finish(redirection);
            }
        }
    }

    private void finish(PipeRedirection redirection) {
        try {
            acceptor.accept(redirection.finish(user, watchers));
            redirection.close();
        } catch (Win32Exception e) {
            dropped(e);
            redirection.drop();
        } catch (RuntimeException | Error e) {
            log().log(Level.WARNING, "dropped a connection to " + endpoint, e);
            redirection.close();
        }
    }

    private void dropped(Win32Exception e) {
        log().log(Level.DEBUG, "a client of {0} did not get through: {1}", endpoint, e.getMessage());
    }

    private void fillUp() {
        boolean known = starved;
        try {
            starved = true;
            while (waiting.size() < INSTANCES && !stopping) {
                waiting.add(instance(false));
            }
            starved = false;
        } catch (Win32Exception e) {
            log().log(
                            known ? Level.DEBUG : Level.WARNING,
                            "{0} has {1} instances and gets no more: {2}",
                            endpoint,
                            waiting.size(),
                            e);
        }
    }

    @Override
    public void close() {
        synchronized (freed) {
            if (!stopping) {
                stopping = true;
                win32.setEvent(stop);
            }
        }
        if (Thread.currentThread() != thread) {
            awaitFreed();
        }
    }

    private void closeStopEvent() {
        synchronized (freed) {
            stopping = true;
            win32.closeHandle(stop);
        }
    }

    private void awaitFreed() {
        boolean interrupted = false;
        while (freed.getCount() > 0) {
            try {
                freed.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Logger log() {
        return SafeLog.of(PipeListener.class);
    }
}
