package io.valise.ipc.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testlog.LogWatch;
import io.valise.ipc.testlog.Logs;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What runs after a write, without a broker: over a connection no test decides which write comes when. */
@ExtendWith(LogWatch.class)
class WritesTest {
    private final Writes writes = new Writes();
    private final List<String> ran = new ArrayList<>();

    @Test
    void tasksRunOnceInTheOrderInWhichTheyWereAdded() {
        writes.after(() -> ran.add("a"));
        writes.after(() -> ran.add("b"));
        writes.after(() -> ran.add("c"));
        writes.registerWrite(10);
        assertThat(ran).containsExactly("a", "b", "c");
        writes.registerWrite(10);
        assertThat(ran).hasSize(3);
        assertThat(writes.count()).isEqualTo(2);
    }

    private void again() {
        ran.add("run at " + writes.count());
        if (ran.size() < 5) { // else a fault would run it for ever
            writes.after(this::again);
        }
    }

    @Test
    void aTaskThatIsAddedMeanwhileWaitsForAnotherWrite() {
        writes.after(this::again);
        writes.registerWrite(10);
        assertThat(ran).containsExactly("run at 1");
        writes.registerWrite(10);
        assertThat(ran).containsExactly("run at 1", "run at 2");
    }

    @Test
    @Logs("after a write to the NATS broker")
    void aTaskThatThrowsKeepsNoOtherFromRunning() {
        writes.after(() -> {
            throw new OutOfMemoryError("thrown by the test");
        });
        writes.after(() -> ran.add("b"));
        writes.registerWrite(10);
        assertThat(ran).containsExactly("b");
    }
}
