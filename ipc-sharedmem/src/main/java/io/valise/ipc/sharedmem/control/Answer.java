package io.valise.ipc.sharedmem.control;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What the loop's thread reads while a client connects, and the connecting thread waits for. The first outcome counts.
 * Thread-safe.
 *
 * @param <T> what is waited for
 */
public final class Answer<T> {
    private final CompletableFuture<T> outcome = new CompletableFuture<>();

    /** Without an outcome. */
    public Answer() {}

    /** Gives the outcome. */
    public void give(T answer) {
        outcome.complete(answer);
    }

    /** Ends with a failure; one that is no {@link IpcException} is the cause of one with {@code PROTOCOL_ERROR}. */
    public void fail(Throwable why) {
        outcome.completeExceptionally(why);
    }

    /** Whether there is an outcome. */
    public boolean isThere() {
        return outcome.isDone();
    }

    /**
     * Waits for it.
     *
     * @param deadline on {@link System#nanoTime}
     * @throws IpcException what it failed with; {@code TIMEOUT}; {@code CANCELLED} when interrupted
     */
    public T await(long deadline) {
        try {
            return outcome.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw failure(IpcStatus.TIMEOUT, "the server does not answer; is it stopped or overloaded?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(IpcStatus.CANCELLED, "interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IpcException failed) {
                throw failed;
            }
            throw failure(IpcStatus.PROTOCOL_ERROR, String.valueOf(e.getCause()), e);
        }
    }

    private static IpcException failure(IpcStatus status, String why, Exception cause) {
        return new IpcException(status, "shm: " + why, Delivery.NOT_SENT, cause);
    }
}
