package io.valise.ipc.services.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a stream has brought and was not read yet: a window of chunks, reopened by half when half is read. Thread-safe. */
final class Arrivals implements Flow.Subscriber<ValueSet> {
    private static final int WINDOW = 16;
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Deque<ValueSet> waiting = new ArrayDeque<>();
    private Flow.@Nullable Subscription subscription;
    private @Nullable Throwable failure;
    private boolean complete;
    private boolean closed;
    private int readOfWindow;

    @Override
    public void onSubscribe(Flow.Subscription given) {
        synchronized (this) {
            subscription = given;
        }
        given.request(WINDOW);
    }

    @Override
    public synchronized void onNext(ValueSet item) {
        waiting.add(item);
        notifyAll();
    }

    @Override
    public synchronized void onError(Throwable why) {
        failure = why;
        notifyAll();
    }

    @Override
    public synchronized void onComplete() {
        complete = true;
        notifyAll();
    }

    /** Waits for the first item, up to a limit. */
    ValueSet first() {
        try {
            ValueSet item = take(System.nanoTime() + FIRST_NANOS);
            if (item != null) {
                return item;
            }
        } catch (ClosedChannelException e) {
            throw new IpcException(IpcStatus.CANCELLED, "interrupted while a token was redeemed", e);
        }
        close();
        throw new IpcException(IpcStatus.TIMEOUT, "redeeming a token: limit=30 s; is the peer stopped?");
    }

    /** The next item, or null when all have been read. */
    @Nullable ValueSet next() throws ClosedChannelException {
        return take(Long.MAX_VALUE);
    }

    private @Nullable ValueSet take(long deadline) throws ClosedChannelException {
        Flow.Subscription reopened = null;
        ValueSet item;
        synchronized (this) {
            await(deadline);
            item = waiting.poll();
            if (item != null && ++readOfWindow == WINDOW / 2) {
                readOfWindow = 0;
                reopened = subscription;
            }
        }
        if (reopened != null) {
            reopened.request(WINDOW / 2);
        }
        return item;
    }

    private void await(long deadline) throws ClosedChannelException {
        try {
            while (!closed && waiting.isEmpty() && !complete && failure == null) {
                long left = deadline == Long.MAX_VALUE ? Long.MAX_VALUE : deadline - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new ClosedByInterruptException();
        }
        if (closed) {
            throw new AsynchronousCloseException();
        }
        if (waiting.isEmpty() && failure != null) {
            throw failure instanceof IpcException known
                    ? known
                    : new IpcException(IpcStatus.HANDLER_FAILED, String.valueOf(failure.getMessage()), failure);
        }
    }

    synchronized boolean isOpen() {
        return !closed;
    }

    void close() {
        Flow.Subscription given;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            waiting.clear();
            notifyAll();
            given = subscription;
        }
        if (given != null) {
            given.cancel();
        }
    }
}
