package io.valise.ipc.internal.call;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.Task;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

@JCStressTest
@Description("A connection ends while the deadlines of its calls are looked at: it is forgotten at once.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "It is forgotten.")
@Outcome(expect = Expect.FORBIDDEN, desc = "It is kept until the deadline of a call that has failed, or its call is.")
@State
public class EndedConnectionStress {
    private static final CloseReason CLOSED = new CloseReason(IpcStatus.CONNECTION_CLOSED, false, "for the test");

    private final Lifecycle lifecycle = new Lifecycle();
    // Nothing is sent, and nothing runs on a worker.
    private final OutgoingCalls calls = new OutgoingCalls("a connection", null, null, lifecycle);

    public EndedConnectionStress() {
        calls.put(new Patient(calls.nextId()));
    }

    @Actor
    public void watchdog() {
        calls.checkDeadlines(System.nanoTime());
    }

    @Actor
    public void closer() {
        lifecycle.end(CLOSED);
        calls.failAll(CLOSED, Deadline.NEVER, new ArrayList<>());
    }

    @Arbiter
    public void after(ZZ_Result kept) {
        long next = calls.checkDeadlines(System.nanoTime());
        kept.r1 = next != Deadline.NEVER && next - System.nanoTime() > 0;
        kept.r2 = !calls.isEmpty();
    }

    private static final class Patient extends PendingCall {
        Patient(long id) {
            super(id, "service", TimeUnit.HOURS.toNanos(1));
        }

        @Override
        public Task complete(ValueSet reply) {
            throw new IllegalStateException("no reply comes");
        }

        @Override
        public Task fail(IpcStatus status, String message, Delivery delivery) {
            return Task.NONE;
        }
    }
}
