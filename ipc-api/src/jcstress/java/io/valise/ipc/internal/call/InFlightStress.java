package io.valise.ipc.internal.call;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Description;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

@JCStressTest
@Description("A reply and a deadline come at the same time: one of them takes the call out.")
@Outcome(
        id = {"true, false, 1", "false, true, 1"},
        expect = Expect.ACCEPTABLE,
        desc = "One thread completes the call; the other one stays.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The call is completed twice or not at all, or the count is wrong.")
@State
public class InFlightStress {
    private static final long ID = 1;
    /** It shares a slot with the call. */
    private static final long OTHER = ID + 64;

    private final InFlight<Entry> calls = new InFlight<>();

    public InFlightStress() {
        calls.put(new Entry(ID));
        calls.put(new Entry(OTHER));
    }

    private record Entry(long id) implements InFlight.Entry {}

    @Actor
    public void reply(ZZI_Result taken) {
        taken.r1 = calls.remove(ID) != null;
    }

    @Actor
    public void deadline(ZZI_Result taken) {
        taken.r2 = calls.remove(ID) != null;
    }

    @Arbiter
    public void after(ZZI_Result taken) {
        taken.r3 = calls.size();
    }
}
