package io.valise.ipc.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The end of a connection while its deadlines are looked at: a connection cannot be made to end at that moment. */
class OutgoingCallsTest {
    private static final CloseReason CLOSED = new CloseReason(IpcStatus.CONNECTION_CLOSED, false, "for the test");

    private final Lifecycle lifecycle = new Lifecycle();
    private final List<Task> rest = new ArrayList<>();
    // Nothing is sent, and nothing runs on a worker.
    private final OutgoingCalls calls = new OutgoingCalls("a connection", null, null, lifecycle);

    private void end() {
        lifecycle.end(CLOSED);
        calls.failAll(CLOSED, Deadline.NEVER, rest);
    }

    /** What the watchdog does until it forgets the connection, at most two rounds without a pause. */
    private void assertForgotten() {
        long now = System.nanoTime();
        long next = calls.checkDeadlines(now);
        if (next != Deadline.NEVER) {
            assertThat(next - System.nanoTime())
                    .as("nanoseconds to the next look")
                    .isNotPositive();
            assertThat(calls.checkDeadlines(System.nanoTime())).isEqualTo(Deadline.NEVER);
        }
        assertThat(calls.isEmpty()).isTrue();
    }

    @Test
    void aConnectionThatEndsWhileACallExpiresIsForgottenAtOnce() {
        Call patient = new Call(TimeUnit.HOURS.toNanos(1));
        Call overdue = new Call(0) {
            @Override
            protected void expire(OutgoingCalls its) {
                end(); // the hour of the other call has been, or will be, read from a list of before
            }
        };
        calls.put(patient);
        calls.put(overdue);
        assertThat(overdue.left()).isZero(); // its time counts from here on
        assertForgotten();
        assertThat(rest).hasSize(2);
    }

    @Test
    void aCallThatIsWatchedWhenItsConnectionHasEndedIsForgottenAtOnce() {
        Call late = new Call(TimeUnit.HOURS.toNanos(1));
        end();
        calls.watchDeadline(late.deadline());
        assertForgotten();
    }

    @Test
    void aCallThatIsStillBeingSentWhenItsConnectionHasEndedKeepsNothing() {
        Call late = new Call(TimeUnit.HOURS.toNanos(1));
        end();
        calls.put(late);
        assertThat(calls.checkDeadlines(System.nanoTime())).isEqualTo(Deadline.NEVER);
        assertThat(calls.remove(late.id())).isSameAs(late);
    }

    private class Call extends PendingCall {
        Call(long nanos) {
            super(calls.nextId(), "service", nanos);
        }

        @Override
        public Task complete(ValueSet reply) {
            throw new AssertionError("no reply comes");
        }

        @Override
        public Task fail(IpcStatus status, String message, Delivery delivery) {
            return Task.NONE;
        }
    }
}
