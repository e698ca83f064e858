package io.valise.ipc.sharedmem.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.valise.ipc.sharedmem.doorbell.Ringer;
import io.valise.ipc.sharedmem.doorbell.Sleeper;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** The sleeper announces and looks, the ringer publishes and looks: one of them sees the other, or a wake-up is lost. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "rung")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "seen before going to sleep")
@Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "both: one wake-up too many")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "a lost wake-up")
@State
public class DoorbellStress {
    private static final int BELL = 0;
    private static final int PEER_WAKES = 128;
    private static final int PUBLISHED = 256;

    private final Slot slot = new Slot();
    private final Sleeper sleeper = new Sleeper(slot.memory, slot.base + BELL, slot.base + PEER_WAKES);
    private int bytesOnTheSocket;
    private final Ringer ringer = new Ringer(slot.memory, slot.base + BELL, () -> bytesOnTheSocket++);

    /** Publishes and rings. */
    @Actor
    public void publish(II_Result result) {
        slot.memory.putIntRelease(slot.base + PUBLISHED, 1);
        ringer.ring();
        result.r1 = bytesOnTheSocket;
    }

    /** Says that it sleeps, and looks once more. */
    @Actor
    public void sleep(II_Result result) {
        sleeper.arm();
        result.r2 = slot.memory.getIntAcquire(slot.base + PUBLISHED);
    }
}
