package io.valise.ipc.testkit.link;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.HangWatchdog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the rule groups of the SPI share: a fresh address and links per test, threads, and that all of it is closed. */
@ExtendWith(HangWatchdog.class)
@Timeout(180)
public abstract class LinkRules {
    private static final Set<Thread.State> ASLEEP =
            EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING, Thread.State.TERMINATED);
    private static final AtomicInteger NAMES = new AtomicInteger();

    /** The transport under test. */
    final Candidate candidate;

    /** One instance of it, for servers and clients alike. */
    final Transport transport;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    LinkRules(Candidate candidate) {
        this.candidate = candidate;
        this.transport = candidate.transport();
    }

    @AfterEach
    final void closeAll() throws Exception {
        // Links before listeners, threads last: whoever is blocked in a link is let go by its close.
        for (AutoCloseable resource = open.poll(); resource != null; resource = open.poll()) {
            resource.close();
        }
    }

    /** Has something closed after the test, before what was registered earlier. */
    final <T extends AutoCloseable> T closing(T resource) {
        synchronized (open) {
            open.push(resource);
        }
        return resource;
    }

    /** An address that nothing else uses. */
    final Endpoint address() {
        return new Endpoint(transport.scheme(), "k" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet());
    }

    /** Serves a fresh address; accepted links are closed after the test. */
    final Served serve() {
        return serve(transport, address());
    }

    final Served serve(Transport by, Endpoint address) {
        Served served = new Served(new LinkedBlockingQueue<>(), by, address);
        return closing(served);
    }

    final LinkEnd connect(Endpoint address) {
        return new LinkEnd(closing(transport.connect(address, LinkEnd.FOREVER)));
    }

    /** A fresh link, both ends. */
    final Pair pair() {
        Served served = serve();
        LinkEnd client = connect(served.address());
        return new Pair(client, served.accept());
    }

    /** Both ends of one link. */
    record Pair(LinkEnd client, LinkEnd server) {
        Pair swapped() {
            return new Pair(server, client);
        }
    }

    /** Whether a call fails with this status; any other outcome is an error. */
    static IpcException failsWith(IpcStatus status, Callable<?> call) {
        try {
            call.call();
        } catch (IpcException e) {
            if (e.status() == status) {
                return e;
            }
            throw new AssertionError("status: expected=" + status + ", actual=" + e.status(), e);
        } catch (Exception e) {
            throw new AssertionError("expected an IpcException with " + status, e);
        }
        throw new AssertionError("nothing was thrown: expected=" + status);
    }

    /** Runs something in a thread of its own, which is interrupted if it outlives the test. */
    final <T> Running<T> start(Callable<T> work) {
        return closing(new Running<>(work));
    }

    /** Runs the same in several threads that begin together, and waits for all. */
    final void together(int threads, Contestant contestant) throws Exception {
        CountDownLatch gun = new CountDownLatch(1);
        List<Running<Void>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            all.add(start(() -> {
                gun.await();
                contestant.run(number);
                return null;
            }));
        }
        gun.countDown();
        for (Running<Void> one : all) {
            one.join();
        }
    }

    /** One of several threads that do the same. */
    @FunctionalInterface
    interface Contestant {
        void run(int number) throws Exception;
    }

    /** Passes a moment that differs from round to round, to let two threads meet at every point. */
    static void dither(int round) {
        for (int i = (round * 37) % 1000; i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    /**
     * Passes a moment as {@link #dither} does, in the first rounds until the other thread sleeps. One that sleeps in
     * native code does not show it: then a few milliseconds must do.
     */
    static void meet(int round, Running<?> other) {
        long deadline = System.nanoTime() + 5_000_000;
        boolean asleep = round > 3;
        while (!asleep && System.nanoTime() < deadline) {
            LockSupport.parkNanos(100_000);
            asleep = ASLEEP.contains(other.thread().getState());
        }
        dither(round);
    }

    /** A thread and what comes of it. */
    static final class Running<T> implements AutoCloseable {
        private final FutureTask<T> task;
        private final Thread thread;

        Running(Callable<T> work) {
            task = new FutureTask<>(work);
            thread = new Thread(task, "rule-" + NAMES.incrementAndGet());
            thread.setDaemon(true);
            thread.start();
        }

        Thread thread() {
            return thread;
        }

        T join() throws Exception {
            try {
                return task.get();
            } catch (ExecutionException e) {
                throw new AssertionError("in " + thread.getName() + ": " + e.getCause(), e.getCause());
            }
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    /** A served address. */
    static final class Served implements AutoCloseable {
        private final BlockingQueue<Link> queue;
        private final List<Link> taken = new ArrayList<>();
        private final Transport.Listener listener;

        Served(BlockingQueue<Link> queue, Transport transport, Endpoint address) {
            this.queue = queue;
            this.listener = transport.listen(address, queue::add);
        }

        Endpoint address() {
            return listener.endpoint();
        }

        Transport.Listener listener() {
            return listener;
        }

        BlockingQueue<Link> waiting() {
            return queue;
        }

        /** Waits for the next link. */
        LinkEnd accept() {
            try {
                Link link = queue.take();
                taken.add(link);
                return new LinkEnd(link);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for a link to be accepted", e);
            }
        }

        @Override
        public void close() {
            listener.close();
            taken.forEach(Link::close);
            queue.forEach(Link::close);
        }
    }
}
