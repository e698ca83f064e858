package io.valise.ipc.testkit.rule;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testlog.LogWatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Base of all rule groups: a fresh address per test, threads, and closing what a test has opened.
 *
 * @since 0.1.0
 */
@ExtendWith({HangWatchdog.class, LogWatch.class})
@Timeout(180)
public abstract class RuleGroup {
    private static final AtomicInteger NAMES = new AtomicInteger();

    /** Of so many clients each of two servers of a shared name gets some. */
    protected static final int MOST_CLIENTS = 200;

    /** The transport under test. */
    protected final Candidate candidate;

    /** One instance of it, for servers and clients alike. */
    protected final Transport transport;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** Rules for one transport. */
    protected RuleGroup(Candidate candidate) {
        this.candidate = candidate;
        this.transport = candidate.transport();
        UncaughtFailures.watch();
    }

    /** Closes what the test opened, the newest first: links end before the threads that are blocked in them. */
    @AfterEach
    protected final void closeAll() throws Exception {
        for (AutoCloseable resource = next(); resource != null; resource = next()) {
            resource.close();
        }
        UncaughtFailures.check();
    }

    private AutoCloseable next() {
        synchronized (open) {
            return open.poll();
        }
    }

    /** Registers something to be closed after the test, before what was registered earlier. */
    protected final <T extends AutoCloseable> T closing(T resource) {
        synchronized (open) {
            open.push(resource);
        }
        return resource;
    }

    /** For rules about a name that one server has at a time. */
    protected final void assumeExclusiveNames() {
        assumeTrue(candidate.namesAreExclusive(), "several servers may have one name");
    }

    /** For rules about a name that several servers may have. */
    protected final void assumeSharedNames() {
        assumeFalse(candidate.namesAreExclusive(), "a name has one server");
    }

    /** An address that nothing else uses. */
    protected final Endpoint address() {
        return new Endpoint(transport.scheme(), "k" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet());
    }

    /** A latch that handlers wait for; opened after the test at the latest. */
    protected final CountDownLatch gate() {
        CountDownLatch gate = new CountDownLatch(1);
        closing(gate::countDown);
        return gate;
    }

    /** A call that must fail with this status; any other outcome is an error. */
    protected static IpcException failsWith(IpcStatus status, Callable<?> call) {
        try {
            call.call();
        } catch (Exception e) {
            Throwable cause = e instanceof ExecutionException || e instanceof CompletionException ? e.getCause() : e;
            if (cause instanceof IpcException failure && failure.status() == status) {
                return failure;
            }
            throw new AssertionError("expected an IpcException with " + status + ", actual=" + cause, e);
        }
        throw new AssertionError("nothing was thrown: expected=" + status);
    }

    /** Runs code in a thread of its own, which is interrupted if it outlives the test. */
    protected final <T> Running<T> start(Callable<T> work) {
        return closing(new Running<>("rule-" + NAMES.incrementAndGet(), work));
    }

    /** Runs the same in several threads that begin together, and waits for all. */
    protected final void together(int threads, Contestant contestant) throws Exception {
        for (Running<?> one : race(threads, contestant)) {
            one.join();
        }
    }

    /** Runs the same in several threads that begin together. */
    protected final List<Running<?>> race(int threads, Contestant contestant) {
        CountDownLatch gun = new CountDownLatch(1);
        List<Running<?>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            all.add(start(() -> {
                gun.await();
                contestant.run(number);
                return number;
            }));
        }
        gun.countDown();
        return all;
    }

    /** One of several threads that do the same. */
    @FunctionalInterface
    protected interface Contestant {
        /** Runs in one of the threads, which has this number. */
        void run(int number) throws Exception;
    }

    /** Delays by a time that differs from round to round, so that two threads meet at every point. */
    protected static void dither(int round) {
        for (int i = (round * 37) % 1000; i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    /** Delays as {@link #dither} does; in the first rounds waits until the other thread sleeps before. */
    protected static void meet(int round, Running<?> other) {
        if (round <= 3) {
            other.awaitAsleep();
        }
        dither(round);
    }
}
