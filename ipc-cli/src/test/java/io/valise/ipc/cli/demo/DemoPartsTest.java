package io.valise.ipc.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The demo reports what goes wrong. */
class DemoPartsTest {
    @Test
    void aStepThatFailsIsToldOfAndTheNextOneRuns() {
        List<StepResult> results = new ArrayList<>();
        Steps steps = new Steps(results::add);
        steps.run("first", () -> {
            throw new ExecutionException(new IpcException(IpcStatus.PEER_DIED, "gone"));
        });
        steps.run("second", () -> {
            throw new StepFailure("echo: expected=1, actual=2");
        });
        steps.run("third", () -> "fine");
        assertThat(results)
                .containsExactly(
                        new StepResult("first", false, "PEER_DIED: gone"),
                        new StepResult("second", false, "echo: expected=1, actual=2"),
                        new StepResult("third", true, "fine"));
        assertThat(StepResult.from(results.get(0).toValueSet())).isEqualTo(results.get(0));
    }

    @Test
    void numbersNeverRunAheadOfTheDemand() {
        List<Integer> seen = new ArrayList<>();
        List<Flow.Subscription> given = new ArrayList<>();
        new Numbers(5).subscribe(collecting(seen, given));
        assertThat(seen).isEmpty();
        given.get(0).request(2);
        assertThat(seen).containsExactly(0, 1);
        given.get(0).request(100);
        assertThat(seen).containsExactly(0, 1, 2, 3, 4, -1);
    }

    private static Flow.Subscriber<ValueSet> collecting(List<Integer> seen, List<Flow.Subscription> given) {
        return new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                given.add(subscription);
            }

            @Override
            public void onNext(ValueSet item) {
                seen.add(item.getInt("number"));
            }

            @Override
            public void onError(Throwable failure) {
                throw new AssertionError(failure);
            }

            @Override
            public void onComplete() {
                seen.add(-1);
            }
        };
    }

    @Test
    void aCountNoticesWhatIsOutOfOrderOrNotAskedFor() {
        CreditedCount gap = subscribed();
        gap.onNext(ValueSet.of("number", 1));
        assertThat(gap.counted()).isCompletedExceptionally();
        CreditedCount tooMany = new CreditedCount();
        assertThat(tooMany.counted()).isNotDone();
        tooMany.onSubscribe(new IgnoredSubscription());
        for (int i = 0; i < 16; i++) {
            tooMany.onNext(ValueSet.of("number", i));
        }
        tooMany.onComplete();
        assertThat(tooMany.counted()).isCompletedWithValue(16);
    }

    private static CreditedCount subscribed() {
        CreditedCount count = new CreditedCount();
        count.onSubscribe(new IgnoredSubscription());
        return count;
    }

    private static final class IgnoredSubscription implements Flow.Subscription {
        @Override
        public void request(long n) {
            // the test itself sends
        }

        @Override
        public void cancel() {
            // the test itself sends
        }
    }

    @Test
    void aTransportWithAFailedStepOrNoneIsNotOk() {
        StepResult good = new StepResult("a", true, "");
        StepResult bad = new StepResult("b", false, "");
        assertThat(report(List.of(good)).ok()).isTrue();
        assertThat(report(List.of(good, bad)).ok()).isFalse();
        assertThat(report(List.of()).ok()).isFalse();
        assertThat(TrialReport.unavailable("shm", true, "no room").ok()).isFalse();
        assertThat(TrialReport.unavailable("shm", false, "no room").ok()).isTrue();
    }

    private static TrialReport report(List<StepResult> steps) {
        return new TrialReport("shm", true, true, "", steps, List.of(), "");
    }

    @Test
    void systemsSayWhatShouldWorkOnThem() {
        assertThat(ProcessTrial.isExpected("shm", "Linux")).isTrue();
        assertThat(ProcessTrial.isExpected("pipe", "Mac OS X")).isTrue();
        assertThat(ProcessTrial.isExpected("shm", "Windows 11")).isFalse();
        assertThat(ProcessTrial.isExpected("loopback", "Windows 11")).isTrue();
        assertThat(ProcessTrial.isExpected("carrier-pigeon", "Linux")).isFalse();
    }

    @Test
    void theMessageOfEveryTypeHasThemAll() {
        ValueSet message = EveryType.message();
        Set<ValueType> types = message.keys().stream().map(message::type).collect(Collectors.toSet());
        assertThat(types).isEqualTo(EnumSet.allOf(ValueType.class));
    }
}
