package io.valise.ipc.sharedmem.named;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.testkit.HangWatchdog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who left a free slot to the thread that has the turn is woken when that thread gives the turn back. */
@ExtendWith(HangWatchdog.class)
class SlotsTest {
    /** What is to ring, or not. */
    private interface Step {
        void run() throws InterruptedException;
    }

    private static boolean rings(ObjectFile object, Step step) throws InterruptedException {
        int noted = object.bell().look();
        step.run();
        return object.bell().look() != noted;
    }

    @Test
    void whoTakesOneOfSeveralFreeSlotsRingsForTheOthers() throws InterruptedException {
        try (ObjectFile object = ObjectFile.create(ObjectKind.SEMAPHORE, 3)) {
            Slots slots = new Slots(object);
            List<Slots.Slot> taken = new ArrayList<>();
            Step take = () -> taken.add(slots.take());
            assertThat(rings(object, take)).isTrue();
            assertThat(rings(object, take)).isTrue();
            assertThat(rings(object, take)).as("none is left").isFalse();
            taken.forEach(Slots.Slot::release);
        }
    }

    @Test
    void whoTakesTheOnlySlotRingsForNone() throws InterruptedException {
        try (ObjectFile object = ObjectFile.create(ObjectKind.MUTEX, 1)) {
            Slots slots = new Slots(object);
            Slots.Slot[] taken = new Slots.Slot[1];
            assertThat(rings(object, () -> taken[0] = slots.take())).isFalse();
            assertThat(rings(
                            object,
                            () -> assertThatThrownBy(() -> slots.take(Duration.ZERO))
                                    .isInstanceOf(IpcException.class)
                                    .hasMessageContaining("TIMEOUT")))
                    .isFalse();
            assertThat(rings(object, taken[0]::release)).isTrue();
        }
    }
}
