package io.valise.ipc.internal.session;

import io.valise.ipc.internal.work.Backlog;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

@JCStressTest
@Description("A reader pauses because too much work waits, while that work is done: reading goes on, once.")
@Outcome(
        id = {"true, false", "false, true"},
        expect = Expect.ACCEPTABLE,
        desc = "The reader or the worker has the right to read.")
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "No thread reads any more.")
@Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "Two threads read.")
@State
public class PausedReaderStress {
    private static final int WORK = 1_000;

    private final ReadRight right = new ReadRight();
    private final long turn = right.takeFrom(ReadRight.FREE);
    private final Backlog backlog = new Backlog(WORK, () -> resumed = right.takeFrom(ReadRight.PAUSED));
    private long resumed = ReadRight.NONE;

    public PausedReaderStress() {
        backlog.grow(WORK);
    }

    @Actor
    public void reader(ZZ_Result reads) {
        right.leaveTo(ReadRight.PAUSED, turn);
        reads.r1 = !backlog.isHigh() && right.takeFrom(ReadRight.PAUSED) != ReadRight.NONE;
    }

    @Actor
    public void worker(ZZ_Result reads) {
        backlog.shrink(WORK);
        reads.r2 = resumed != ReadRight.NONE;
    }
}
