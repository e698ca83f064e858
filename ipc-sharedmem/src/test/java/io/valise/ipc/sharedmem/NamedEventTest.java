package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.sharedmem.NamedEvent.Reset;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(HangWatchdog.class)
class NamedEventTest {
    private static ForkedJvm withEvent(String name, Reset reset) {
        return ObjectProcess.start(List.of(), "event", name, reset);
    }

    @Test
    void aManualEventLetsAllGoOnUntilItIsReset() throws Exception {
        try (NamedEvent event = NamedEvent.open("manual", Reset.MANUAL);
                ForkedJvm other = withEvent("manual", Reset.MANUAL)) {
            assertThat(event.await(Duration.ofMillis(20))).isFalse();
            for (int i = 0; i < 2; i++) {
                other.ask("awaitLater");
                assertThat(other.hear()).isEqualTo("waiting");
            }
            event.set();
            assertThat(List.of(other.hear(), other.hear())).containsOnly("woken");
            event.await();
            assertThat(other.ask("isSet")).isEqualTo("true");
            other.ask("reset");
            assertThat(event.isSet()).isFalse();
            assertThat(event.await(Duration.ZERO)).isFalse();
        }
    }

    /** A process that is stopped while it waits has its wait ended by what happened meanwhile. */
    @Test
    void aManualEventThatIsResetAtOnceEndsTheWaitsThatWere() throws Exception {
        try (NamedEvent event = NamedEvent.open("pulse", Reset.MANUAL)) {
            BlockingQueue<String> ended = new LinkedBlockingQueue<>();
            Thread waiter = new Thread(
                    () -> ended.add(ObjectProcess.outcome(() -> {
                        ended.add("waiting");
                        event.await();
                        return "woken";
                    })),
                    "waiter");
            waiter.start();
            assertThat(ended.take()).isEqualTo("waiting");
            while (ended.isEmpty()) { // until one comes after its wait has begun
                event.set();
                event.reset();
            }
            assertThat(ended.take()).isEqualTo("woken");
            assertThat(event.isSet()).isFalse();
        }
    }

    @Test
    void anAutomaticEventLetsOneGoOn() throws Exception {
        try (NamedEvent event = NamedEvent.open("automatic", Reset.AUTOMATIC);
                ForkedJvm one = withEvent("automatic", Reset.AUTOMATIC);
                ForkedJvm other = withEvent("automatic", Reset.AUTOMATIC)) {
            BlockingQueue<String> woken = new LinkedBlockingQueue<>();
            List<Thread> listeners = new ArrayList<>();
            for (ForkedJvm each : List.of(one, other)) {
                each.ask("awaitLater");
                assertThat(each.hear()).isEqualTo("waiting");
                Thread listener = new Thread(() -> woken.add(each.hear()), "listener");
                listener.start();
                listeners.add(listener);
            }
            event.set();
            assertThat(woken.take()).isEqualTo("woken");
            assertThat(event.isSet()).as("one took it").isFalse();
            assertThat(woken).as("the other waits on").isEmpty();
            event.set();
            assertThat(woken.take()).isEqualTo("woken");
            assertThat(event.await(Duration.ZERO)).isFalse();
            for (Thread listener : listeners) {
                listener.join();
            }
            event.set();
            event.set();
            assertThat(event.await(Duration.ZERO)).isTrue();
            assertThat(event.await(Duration.ZERO)).as("an event does not count").isFalse();
        }
    }

    @Test
    void eachSetThatWasTakenLetsExactlyOneThreadGoOn() throws Exception {
        int signals = 500;
        try (NamedEvent event = NamedEvent.create(Reset.AUTOMATIC);
                NamedEvent taken = NamedEvent.create(Reset.AUTOMATIC)) {
            List<Integer> counts = new ArrayList<>();
            List<Thread> takers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Thread taker = new Thread(
                        () -> {
                            int count = 0;
                            while (ObjectProcess.outcome(() -> {
                                        event.await();
                                        taken.set();
                                        return "";
                                    })
                                    .isEmpty()) {
                                count++;
                            }
                            synchronized (counts) {
                                counts.add(count);
                            }
                        },
                        "taker");
                taker.start();
                takers.add(taker);
            }
            for (int i = 0; i < signals; i++) {
                event.set();
                taken.await();
            }
            event.close(); // ends the waits
            for (Thread taker : takers) {
                taker.join();
            }
            assertThat(counts.stream().mapToInt(Integer::intValue).sum()).isEqualTo(signals);
        }
    }

    @Test
    void theDeathOfAProcessLeavesTheEventAsItIs() throws Exception {
        try (NamedEvent event = NamedEvent.open("left", Reset.MANUAL)) {
            try (ForkedJvm other = withEvent("left", Reset.MANUAL)) {
                other.ask("set");
                other.kill();
            }
            assertThat(event.isSet()).isTrue();
        }
        try (NamedEvent event = NamedEvent.open("left", Reset.MANUAL)) {
            assertThat(event.isSet()).as("made anew").isFalse();
        }
    }

    @Test
    void aHandleOpensItWithItsReset() throws Exception {
        for (Reset reset : Reset.values()) {
            try (NamedEvent event = NamedEvent.create(reset);
                    NamedEvent opened = NamedEvent.open(event.handle())) {
                assertThat(opened.resetBy()).isEqualTo(reset);
                event.set();
                assertThat(opened.await(Duration.ZERO)).isTrue();
            }
        }
    }

    @Test
    void anotherResetIsRefused() {
        try (NamedEvent event = NamedEvent.open("reset", Reset.MANUAL)) {
            assertThat(event.resetBy()).isEqualTo(Reset.MANUAL);
            assertThatThrownBy(() -> NamedEvent.open("reset", Reset.AUTOMATIC))
                    .isInstanceOf(IpcException.class)
                    .hasMessage("TYPE_MISMATCH: object \"reset\": limit=an event of manual reset, as it was made,"
                            + " actual=an event of automatic reset; take another name");
        }
    }
}
