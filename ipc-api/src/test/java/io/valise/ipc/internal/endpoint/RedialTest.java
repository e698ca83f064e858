package io.valise.ipc.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.internal.session.Session;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.testlog.Logs;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** For whom a client dials again: attempts begin and end when the test says so, which no server can do. */
class RedialTest {
    private final Dialled target = new Dialled();
    private final Redial redial =
            new Redial(target, new ReconnectPolicy(Duration.ofMillis(1), Duration.ofMillis(1), Set.of()));

    /** A server that is never there; each attempt says whether it may be started, and ends when it is told to. */
    private static final class Dialled implements Redial.Target {
        private final BlockingQueue<Boolean> attempts = new LinkedBlockingQueue<>();
        private final Semaphore end = new Semaphore(0);
        private final AtomicInteger failures = new AtomicInteger();

        @Override
        public Optional<Session> openSession() {
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new OutOfMemoryError("as expected");
            }
            return Optional.empty();
        }

        @Override
        public Session dial(boolean starts) {
            attempts.add(starts);
            end.acquireUninterruptibly();
            throw new IpcException(IpcStatus.ENDPOINT_NOT_FOUND, "absent");
        }

        @Override
        public boolean adopt(Session fresh) {
            return false;
        }

        @Override
        public void giveUp(CloseReason reason) {
            attempts.add(false);
        }
    }

    @AfterEach
    void stop() {
        redial.stop(new CloseReason(IpcStatus.CONNECTION_CLOSED, false, "the test is over"));
        target.end.release(1_000);
    }

    private CompletableFuture<Session> await() {
        return redial.await(Deadline.in(TimeUnit.HOURS.toNanos(1)), 0);
    }

    @Test
    void aCallThatWasCancelledWaitsNoMore() throws Exception {
        CompletableFuture<Session> call = await();
        assertThat(target.attempts.take()).isTrue();
        call.cancel(false);
        nextAttemptIsForWhatListens();
    }

    @Test
    void aCallWhoseThreadWasInterruptedWaitsNoMore() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> redial.get(Deadline.in(TimeUnit.HOURS.toNanos(1)), 0))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.CANCELLED));
        assertThat(Thread.interrupted()).isTrue();
        redial.want(); // the first attempt may have found that nothing waits
        if (target.attempts.take()) {
            nextAttemptIsForWhatListens();
        }
    }

    private void nextAttemptIsForWhatListens() throws InterruptedException {
        redial.want();
        target.end.release();
        assertThat(target.attempts.take()).as("starts the server for a call").isFalse();
    }

    @Test
    @Logs("connecting again failed; trying again")
    void anAttemptThatAnErrorStopsIsFollowedByAnother() throws Exception {
        target.failures.set(2);
        CompletableFuture<Session> call = await();
        assertThat(target.attempts.take()).isTrue();
        assertThat(target.failures).hasValue(0);
        assertThat(call).isNotDone();
    }

    @Test
    void theLongestDelaysOverflowNothing() throws Exception {
        Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
        ReconnectPolicy policy = new ReconnectPolicy(longest, longest, Set.of());
        Repeats repeats = new Repeats(policy, "price", Deadline.in(Long.MAX_VALUE));
        long hundredYears = TimeUnit.DAYS.toNanos(36_500);
        for (int i = 0; i < 100; i++) {
            assertThat(repeats.nextNanos()).isEqualTo(hundredYears);
        }
        Redial patient = new Redial(target, policy);
        CompletableFuture<Session> first = patient.await(Deadline.in(Long.MAX_VALUE), 0);
        assertThat(target.attempts.take()).isTrue();
        CompletableFuture<Session> later = patient.await(Deadline.in(Long.MAX_VALUE), repeats.nextNanos());
        target.end.release();
        patient.stop(new CloseReason(IpcStatus.CONNECTION_CLOSED, false, "the test is over"));
        assertThatThrownBy(first::join).hasMessageContaining("the test is over");
        assertThatThrownBy(later::join).hasMessageContaining("the test is over");
    }
}
