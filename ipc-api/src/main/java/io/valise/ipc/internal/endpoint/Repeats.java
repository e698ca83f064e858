package io.valise.ipc.internal.endpoint;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.internal.work.Deadline;
import java.time.Duration;

/** What is known of one call that may take several attempts. Used by one attempt at a time. */
final class Repeats {
    private final ReconnectPolicy policy;
    private final String service;
    private final long deadline;
    private final long maxDelay;
    private long delay;
    private boolean mayHaveRun;

    Repeats(ReconnectPolicy policy, String service, long deadline) {
        this.policy = policy;
        this.service = service;
        this.deadline = deadline;
        this.delay = Deadline.nanos("firstDelay", policy.firstDelay());
        this.maxDelay = Deadline.nanos("maxDelay", policy.maxDelay());
    }

    String service() {
        return service;
    }

    long deadline() {
        return deadline;
    }

    /** How much time is left for the next attempt. */
    Duration left() {
        return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    }

    /** The pause before the next attempt. */
    long nextNanos() {
        long now = delay;
        delay = Math.min(delay * 2, maxDelay);
        return now;
    }

    /** Whether the call may be repeated and has time left. */
    boolean allow(IpcException failure) {
        boolean safe = failure.delivery() != Delivery.UNKNOWN
                || policy.idempotentServices().contains(service);
        mayHaveRun |= failure.delivery() == Delivery.UNKNOWN;
        return safe && deadline - System.nanoTime() > delay;
    }

    /** The failure to tell: the last attempt may not have been sent, and yet an earlier one have run. */
    IpcException honest(IpcException last) {
        return mayHaveRun && last.delivery() != Delivery.UNKNOWN
                ? new IpcException(last.status(), last.reason(), Delivery.UNKNOWN, last)
                : last;
    }
}
