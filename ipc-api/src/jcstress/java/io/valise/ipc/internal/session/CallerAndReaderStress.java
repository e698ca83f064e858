package io.valise.ipc.internal.session;

import io.valise.ipc.internal.call.SyncCall;
import io.valise.ipc.internal.work.Deadline;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

@JCStressTest
@Description("A reader lays the right to read down while a caller queues for it: one of them sees the other.")
@Outcome(
        id = {"true, false", "false, true", "true, true"},
        expect = Expect.ACCEPTABLE,
        desc = "The reader wakes the caller, or the caller does not park.")
@Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "The caller parks, and no thread wakes it.")
@State
public class CallerAndReaderStress {
    private final ReadRight right = new ReadRight();
    private final long turn = right.takeFrom(ReadRight.FREE);
    private final SyncCall call = new SyncCall(1, "service", Deadline.NEVER);

    @Actor
    public void reader(ZZ_Result seen) {
        right.leaveTo(ReadRight.FREE, turn);
        seen.r1 = right.hasCallers();
    }

    @Actor
    public void caller(ZZ_Result seen) {
        right.enqueue(call);
        seen.r2 = ReadRight.isOpenToCallers(right.phase());
    }
}
