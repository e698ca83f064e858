package io.valise.ipc.testkit.session;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Numbered calls of every kind on a connection that reconnects, one after the other and many at once, until it is
 * stopped. Thread-safe.
 *
 * @since 0.2.0
 */
public final class RollingLoad {
    private static final int AT_ONCE = 200;

    private final IpcConnection client;
    private final AtomicInteger numbers;
    private final AtomicInteger answered = new AtomicInteger();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    /** Calls whose numbers begin with 0. */
    public RollingLoad(IpcConnection client) {
        this(client, new AtomicInteger());
    }

    /**
     * Calls whose numbers no other call has.
     *
     * @param numbers gives the next number, to other loads of the same servers too
     */
    public RollingLoad(IpcConnection client, AtomicInteger numbers) {
        this.client = client;
        this.numbers = numbers;
    }

    /**
     * Sends requests without waiting for each; returns when all have their answers.
     *
     * @throws InterruptedException when this thread is interrupted
     */
    public void pipeline(String service) throws InterruptedException {
        Semaphore window = new Semaphore(AT_ONCE);
        while (!stopped) {
            window.acquire();
            int number = numbers.getAndIncrement();
            client.requestAsync(service, ValueSet.of("n", number))
                    .whenComplete((reply, failure) -> {
                        ended(number, reply, failure);
                        window.release();
                    })
                    .exceptionally(noted -> null);
        }
        window.acquire(AT_ONCE);
    }

    private void ended(int number, @Nullable ValueSet reply, @Nullable Throwable failure) {
        if (failure != null) {
            failures.add(failure);
        } else if (reply == null || reply.getInt("n") != number) {
            failures.add(new AssertionError("another reply: expected=" + number + ", actual=" + reply));
        }
        answered.incrementAndGet();
    }

    /** Sends requests to the service {@code note} one after the other. */
    public void call() {
        while (!stopped) {
            int number = numbers.getAndIncrement();
            try {
                client.request("note", ValueSet.of("n", number));
            } catch (IpcException e) {
                failures.add(e);
            }
            answered.incrementAndGet();
        }
    }

    /** Takes streams one after the other. */
    void stream() throws Exception {
        while (!stopped) {
            int number = numbers.getAndIncrement();
            TestSink sink = subscribed(number);
            while (wasRefused(sink)) {
                sink = subscribed(number);
            }
            sink.receives(0, Generation.ITEMS);
            answered.incrementAndGet();
        }
    }

    private TestSink subscribed(int number) throws Exception {
        TestSink sink = new TestSink();
        client.stream("notes", ValueSet.of("n", number)).subscribe(sink);
        sink.request(Long.MAX_VALUE);
        return sink;
    }

    /** Waits for the end of a stream; true if its failure allows opening it again. */
    private boolean wasRefused(TestSink sink) throws InterruptedException {
        try {
            sink.ended().get();
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IpcException failure && failure.delivery() != Delivery.UNKNOWN) {
                return true;
            }
            failures.add(e.getCause());
            return false;
        }
    }

    /** Has all callers return after the calls that are under way. */
    public void stop() {
        stopped = true;
    }

    /** How many calls have ended, with an answer or a failure. */
    public int answered() {
        return answered.get();
    }

    /** How many numbers were given, to this and the other loads. */
    public int made() {
        return numbers.get();
    }

    /** The failures so far, of which more may come. */
    public Queue<Throwable> failures() {
        return failures;
    }
}
