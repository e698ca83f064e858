package io.valise.ipc.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.work.Aside;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.Patience;
import io.valise.ipc.internal.work.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class EndedCallsTest {
    private final List<Work> elsewhere = new ArrayList<>();
    private final List<Work> handedOver = new ArrayList<>();
    private final OutgoingCalls table = new OutgoingCalls(new Follows());
    private final AsyncCall first = ended(1);
    private final AsyncCall second = ended(2);
    private final AsyncCall third = ended(3);
    private final EndedCalls all = new EndedCalls(new Follows(), List.of(first, second, third), null);

    private AsyncCall ended(int n) {
        AsyncCall call = new AsyncCall(table, new NobodyWaits(), n, "service", Patience.NEVER);
        assertThat(call.complete(ValueSet.of("n", n))).isSameAs(call);
        return call;
    }

    @Test
    void completesOneAfterTheOther() {
        all.run(true);
        assertThat(first.future()).isCompletedWithValue(ValueSet.of("n", 1));
        assertThat(second.future()).isCompletedWithValue(ValueSet.of("n", 2));
        assertThat(third.future()).isCompletedWithValue(ValueSet.of("n", 3));
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void leavesTheUsersCodeToAnotherThread() {
        CompletableFuture<ValueSet> dependent = second.future().thenApply(reply -> reply);
        all.run(true);
        assertThat(first.future()).isDone();
        assertThat(third.future()).isDone();
        assertThat(second.future()).isNotDone();
        assertThat(elsewhere).containsExactly(second);
        elsewhere.get(0).run(false);
        assertThat(dependent).isCompletedWithValue(ValueSet.of("n", 2));
    }

    @Test
    void whoTakesOverHasTheRestCompleted() {
        CompletableFuture<ValueSet> dependent = third.future().thenApply(reply -> reply);
        first.run(true); // and its thread is stuck now
        all.overtaken();
        doElsewhere(1);
        assertThat(second.future()).isCompletedWithValue(ValueSet.of("n", 2));
        assertThat(elsewhere).containsExactly(third);
        doElsewhere(1);
        assertThat(dependent).isCompletedWithValue(ValueSet.of("n", 3));
        all.run(true); // the stuck thread goes on
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void whoTakesOverFromAThreadThatGetsOnHasNothingToDo() {
        all.overtaken();
        all.run(true);
        doElsewhere(1);
        assertThat(elsewhere).isEmpty();
    }

    @Test
    void whatWasReadBehindThemIsDoneOnce() {
        Work rest = new Aside(() -> {});
        EndedCalls byItself = new EndedCalls(new Follows(), List.of(first), rest);
        byItself.run(true);
        assertThat(byItself.takeRest()).isSameAs(rest);
        byItself.overtaken();
        doElsewhere(1);
        assertThat(byItself.takeRest()).isNull();
        assertThat(handedOver).isEmpty();

        EndedCalls overtaken = new EndedCalls(new Follows(), List.of(second), rest);
        overtaken.overtaken();
        doElsewhere(1);
        assertThat(overtaken.takeRest()).isNull();
        assertThat(handedOver).containsExactly(rest);
    }

    private void doElsewhere(int pieces) {
        for (int i = 0; i < pieces; i++) {
            elsewhere.remove(0).run(false);
        }
    }

    @Test
    void failuresAreCompletedToo() {
        AsyncCall failed = new AsyncCall(table, new NobodyWaits(), 4, "service", Patience.NEVER);
        assertThat(failed.fail(IpcStatus.HANDLER_FAILED, "no", Delivery.UNKNOWN))
                .isSameAs(failed);
        new EndedCalls(new Follows(), List.of(failed, first), null).run(true);
        assertThat(failed.future())
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.HANDLER_FAILED));
        assertThat(first.future()).isDone();
    }

    private final class Follows implements Line {
        @Override
        public Backlog backlog() {
            throw new AssertionError("nothing is queued");
        }

        @Override
        public void follow(Work work) {
            elsewhere.add(work);
        }

        @Override
        public void handOver(Work work) {
            handedOver.add(work);
        }

        @Override
        public void sendOpening(PendingCall stream, OutFrame frame) {
            throw new AssertionError("not asked for");
        }

        @Override
        public void sendItem(OutFrame frame) {
            throw new AssertionError("nothing is sent");
        }

        @Override
        public void sendAside(OutFrame frame) {
            throw new AssertionError("nothing is sent");
        }

        @Override
        public void ensureRead() {}
    }

    private static final class NobodyWaits implements Waits {
        @Override
        public void beginWait(Future<?> future, Patience patience) {}

        @Override
        public void endWait() {}

        @Override
        public void expectDependents() {}
    }
}
