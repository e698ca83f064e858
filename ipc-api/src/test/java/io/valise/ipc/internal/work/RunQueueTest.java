package io.valise.ipc.internal.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The form of {@code /proc/loadavg}, which a test cannot make the system write. */
class RunQueueTest {
    @Test
    void readsHowManyThreadsCanRun() {
        assertThat(RunQueue.runnable("0.20 0.18 0.12 3/567 11206\n")).isEqualTo(3);
        assertThat(RunQueue.runnable("12.01 8.00 2.00 21/1024 7\n")).isEqualTo(21);
    }

    /** Another form than that of proc(5) is an exception, which means that the machine does not tell. */
    @Test
    void refusesAnotherForm() {
        assertThatThrownBy(() -> RunQueue.runnable("")).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> RunQueue.runnable("0.20 0.18 0.12 none 1")).isInstanceOf(RuntimeException.class);
    }
}
