package io.valise.ipc.internal.work;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

@JCStressTest
@Description("Two threads add a task at the same time: both tasks run, one at a time.")
@Outcome(id = "2, true", expect = Expect.ACCEPTABLE, desc = "Both have run, and the queue is idle.")
@Outcome(expect = Expect.FORBIDDEN, desc = "A task waits with no thread to run it, or two ran at once.")
@State
public class SerialQueueStress {
    private final SerialQueue queue = new SerialQueue();
    /** Not atomic: the queue orders the tasks. */
    private int run;

    private void add() {
        if (queue.add(() -> run++, 1)) {
            queue.run(false);
        }
    }

    @Actor
    public void one() {
        add();
    }

    @Actor
    public void other() {
        add();
    }

    @Arbiter
    public void after(IZ_Result seen) {
        seen.r1 = run;
        seen.r2 = queue.isIdle();
    }
}
