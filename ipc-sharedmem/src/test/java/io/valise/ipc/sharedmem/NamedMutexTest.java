package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(HangWatchdog.class)
class NamedMutexTest {
    private static final int ROUNDS = 2_000;

    /** What a test's processes were killed with is left to be told; after that nothing is. */
    @AfterEach
    void nothingIsLeft() throws Exception {
        NamedMutex.create().close(); // what is made sweeps first
        for (String name : files()) {
            try (NamedMutex left = NamedMutex.open(name.substring(name.lastIndexOf('~') + 1))) {
                assertThat(abandoned(left)).isTrue();
            }
        }
        assertThat(files()).isEmpty();
    }

    private static List<String> files() throws IOException {
        Path folder = SegmentDirectory.current(ShmTransport.sockets()).path().resolve("objects");
        String home = Integer.toHexString(TestHome.path().toString().hashCode());
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(home + '~'))
                    .toList();
        }
    }

    private static ForkedJvm withMutex(String name, String... options) {
        return ObjectProcess.start(List.of(options), "mutex", name);
    }

    private static void assertStatus(IpcStatus status, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(status))
                .hasMessageContaining(message);
    }

    @Test
    void oneOfTwoProcessesHasIt() throws Exception {
        try (NamedMutex mutex = NamedMutex.open("one");
                ForkedJvm other = withMutex("one")) {
            Hold hold = mutex.acquire();
            assertThat(hold.abandoned()).isFalse();
            assertThat(other.ask("tryAcquire")).isEqualTo("busy");
            other.ask("acquireLater");
            assertThat(other.hear()).isEqualTo("waiting");
            hold.close();
            hold.close();
            assertThat(other.hear()).isEqualTo("whole");
            assertThat(mutex.tryAcquire()).isEmpty();
            assertStatus(
                    IpcStatus.TIMEOUT,
                    "object \"one\": limit=PT0.05S to acquire it, actual=held by process " + other.pid(),
                    () -> mutex.acquire(Duration.ofMillis(50)));
            other.ask("release");
            mutex.acquire(ObjectProcess.LONGEST_WAIT).close();
        }
    }

    @Test
    void theDeathOfTheHolderIsToldToTheNextOneAlone() throws Exception {
        try (NamedMutex mutex = NamedMutex.open("death")) {
            try (ForkedJvm other = withMutex("death")) {
                other.ask("acquire");
                CompletableFuture<Boolean> waiter = CompletableFuture.supplyAsync(() -> abandoned(mutex));
                other.kill();
                assertThat(waiter.get()).isTrue();
            }
            assertThat(abandoned(mutex)).isFalse();
        }
    }

    @Test
    void aDeathIsToldAlsoWhenNoOtherProcessHadItOpen() throws Exception {
        try (ForkedJvm other = withMutex("alone")) {
            other.ask("acquire");
        }
        NamedMutex.create().close(); // what is made sweeps
        NamedMutex.open("alone").close(); // not acquired, so not told
        try (NamedMutex mutex = NamedMutex.open("alone")) {
            assertThat(abandoned(mutex)).isTrue();
            assertThat(abandoned(mutex)).isFalse();
        }
    }

    private static boolean abandoned(NamedMutex mutex) {
        try (Hold hold = mutex.acquire()) {
            return hold.abandoned();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aProcessThatExitsWithAHoldHasAbandonedIt() throws Exception {
        try (NamedMutex mutex = NamedMutex.open("exit")) {
            try (ForkedJvm other = withMutex("exit")) {
                other.ask("acquire");
                other.terminate();
                other.awaitExit();
            }
            assertThat(abandoned(mutex)).isTrue();
        }
    }

    @Test
    void aStoppedHolderKeepsIt() throws Exception {
        try (NamedMutex mutex = NamedMutex.open("stopped");
                ForkedJvm other = withMutex("stopped")) {
            other.ask("acquire");
            other.freeze();
            assertThat(mutex.tryAcquire()).isEmpty();
            assertStatus(
                    IpcStatus.TIMEOUT, "held by process " + other.pid(), () -> mutex.acquire(Duration.ofMillis(100)));
            other.thaw();
            other.ask("release");
            assertThat(abandoned(mutex)).isFalse();
        }
    }

    @Test
    void aStoppedWaiterStopsNoOther() throws Exception {
        try (NamedMutex mutex = NamedMutex.open("queue");
                ForkedJvm stopped = withMutex("queue");
                ForkedJvm other = withMutex("queue")) {
            Hold hold = mutex.acquire();
            stopped.ask("acquireLater");
            assertThat(stopped.hear()).isEqualTo("waiting");
            stopped.freeze();
            other.ask("acquireLater");
            assertThat(other.hear()).isEqualTo("waiting");
            hold.close();
            assertThat(other.hear()).isEqualTo("whole");
            other.ask("release");
            mutex.acquire().close();
            mutex.acquire(Duration.ZERO).close();
            stopped.thaw();
            assertThat(stopped.hear()).isEqualTo("whole");
        }
    }

    /** Native access denied, or another system: those that wait look again by themselves. */
    @Test
    void processesWithoutFutexesWaitToo() {
        String without = "-Dvalise.shm.doorbell=socket";
        try (ForkedJvm one = withMutex("poll", without);
                ForkedJvm other = withMutex("poll", without)) {
            for (int i = 0; i < 5; i++) {
                one.ask("acquire");
                other.ask("acquireLater");
                assertThat(other.hear()).isEqualTo("waiting");
                one.ask("release");
                assertThat(other.hear()).isEqualTo("whole");
                other.ask("release");
            }
        }
    }

    @Test
    void aProcessThatWantsItAgainAtOnceLetsThoseThatWaitGoFirst() throws Exception {
        try (NamedMutex mutex = NamedMutex.open("repeated");
                ForkedJvm other = withMutex("repeated")) {
            other.ask("acquireLater");
            assertThat(other.hear()).isEqualTo("waiting");
            assertThat(other.hear()).isEqualTo("whole");
            other.ask("acquireLater");
            assertThat(other.hear()).isEqualTo("waiting");
            CompletableFuture<Void> repeated = CompletableFuture.runAsync(() -> {
                other.ask("release");
                assertThat(other.hear()).isEqualTo("whole");
                other.ask("release");
            });
            while (!repeated.isDone()) {
                mutex.acquire().close();
            }
            repeated.get();
        }
    }

    @Test
    void threadsOfOneProcessExcludeEachOtherByAnyObjectOfTheName() throws Exception {
        int[] count = new int[1];
        try (NamedMutex one = NamedMutex.open("threads");
                NamedMutex other = NamedMutex.open("threads")) {
            Stream<NamedMutex> mutexes = Stream.of(one, other, one, other);
            List<CompletableFuture<Void>> threads = mutexes.map(mutex -> CompletableFuture.runAsync(() -> {
                        for (int i = 0; i < ROUNDS / 4; i++) {
                            try (Hold hold = mutex.acquire()) {
                                count[0]++;
                            } catch (InterruptedException e) {
                                throw new AssertionError(e);
                            }
                        }
                    }))
                    .toList();
            threads.forEach(CompletableFuture::join);
            assertThat(count[0]).isEqualTo(ROUNDS);
        }
    }

    @Test
    void itIsNotReentrant() throws Exception {
        try (NamedMutex mutex = NamedMutex.open("re-entrant")) {
            Hold hold = mutex.acquire();
            assertThatThrownBy(mutex::acquire)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("mutex \"re-entrant\": limit=1 hold of a thread, this one has it already; it is not"
                            + " re-entrant");
            assertThatThrownBy(mutex::tryAcquire).isInstanceOf(IllegalStateException.class);
            CompletableFuture.runAsync(hold::close).get();
            mutex.acquire().close();
        }
    }

    /** A thread in a futex is RUNNABLE for the JVM: what it runs tells more than its state. */
    private static void awaitSleep(Thread waiter) {
        while (Arrays.stream(waiter.getStackTrace())
                .noneMatch(frame -> frame.getClassName().endsWith(".Bell")
                        && frame.getMethodName().equals("sleep"))) {
            assertThat(waiter.isAlive()).isTrue();
            Thread.onSpinWait();
        }
    }

    @Test
    void anInterruptEndsAWaitAndHarmsNoHold() throws Exception {
        try (NamedMutex mutex = NamedMutex.open("interrupted");
                ForkedJvm other = withMutex("interrupted")) {
            Hold hold = mutex.acquire();
            FutureTask<String> wait = new FutureTask<>(() -> ObjectProcess.outcome(() -> {
                mutex.acquire();
                return "acquired";
            }));
            Thread waiter = new Thread(wait, "waiter");
            waiter.start();
            awaitSleep(waiter);
            waiter.interrupt();
            assertThat(wait.get()).startsWith("java.lang.InterruptedException");
            assertThat(other.ask("tryAcquire")).isEqualTo("busy");
            hold.close();
            Thread.currentThread().interrupt();
            assertThatThrownBy(mutex::acquire).isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertThat(other.ask("tryAcquire")).isEqualTo("whole");
        }
    }

    @Test
    void aCloseEndsTheWaitsHereAndNoHold() throws Exception {
        try (ForkedJvm other = withMutex("closed")) {
            NamedMutex mutex = NamedMutex.open("closed");
            Hold hold = mutex.acquire();
            FutureTask<String> wait = new FutureTask<>(() -> ObjectProcess.outcome(() -> {
                mutex.acquire();
                return "acquired";
            }));
            Thread waiter = new Thread(wait, "waiter");
            waiter.start();
            awaitSleep(waiter);
            mutex.close();
            mutex.close();
            assertThat(wait.get()).contains("CONNECTION_CLOSED").contains("object \"closed\": closed here");
            assertThat(CompletableFuture.supplyAsync(() -> ObjectProcess.outcome(
                                    () -> mutex.tryAcquire().toString()))
                            .get())
                    .contains("CONNECTION_CLOSED");
            assertThat(other.ask("tryAcquire")).isEqualTo("busy");
            hold.close();
            assertThat(other.ask("tryAcquire")).isEqualTo("whole");
        }
    }

    @Test
    void aHandleInAMessageOpensIt() throws Exception {
        ValueSet handle;
        try (NamedMutex mutex = NamedMutex.create();
                ForkedJvm other = withMutex(ObjectProcess.handle(mutex.handle()))) {
            handle = mutex.handle();
            Hold hold = mutex.acquire();
            assertThat(other.ask("tryAcquire")).isEqualTo("busy");
            hold.close();
            assertThat(other.ask("tryAcquire")).isEqualTo("whole");
            assertThat(mutex.tryAcquire()).isEmpty();
        }
        NamedMutex.create().close();
        assertStatus(IpcStatus.ENDPOINT_NOT_FOUND, "not found", () -> NamedMutex.open(handle));
    }

    @Test
    void whatIsNoHandleIsRefused() {
        try (NamedMutex mutex = NamedMutex.create();
                NamedEvent event = NamedEvent.create(NamedEvent.Reset.MANUAL)) {
            ValueSet handle = mutex.handle();
            assertStatus(IpcStatus.PROTOCOL_ERROR, "actual=no key name", () -> NamedMutex.open(ValueSet.of("a", 1)));
            assertStatus(
                    IpcStatus.TYPE_MISMATCH,
                    "handle: limit=a mutex, actual=MANUAL_EVENT",
                    () -> NamedMutex.open(event.handle()));
            assertStatus(
                    IpcStatus.TYPE_MISMATCH,
                    "limit=a mutex, as it was made, actual=a semaphore",
                    () -> NamedSemaphore.open(
                            handle.toBuilder().put("valise.object", "SEMAPHORE").build()));
            assertStatus(
                    IpcStatus.ENDPOINT_NOT_FOUND,
                    "another has its name now",
                    () -> NamedMutex.open(handle.toBuilder()
                            .put("generation", handle.getLong("generation") + 1)
                            .build()));
            for (String hostile : List.of("../x", "", "a/b", ".", "a~b", "a".repeat(65))) {
                assertStatus(
                        IpcStatus.PROTOCOL_ERROR,
                        "handle: limit=a name and a scope",
                        () -> NamedMutex.open(
                                handle.toBuilder().put("name", hostile).build()));
            }
            for (String hostile : List.of("../x", "", "a/b", "~new~", "u~x")) {
                assertStatus(
                        IpcStatus.PROTOCOL_ERROR,
                        "handle: limit=a name and a scope",
                        () -> NamedMutex.open(
                                handle.toBuilder().put("scope", hostile).build()));
            }
        }
    }

    @Test
    void aNameIsOneObject() {
        try (NamedMutex mutex = NamedMutex.open("kind")) {
            assertThat(mutex.name()).isEqualTo("kind");
            assertStatus(
                    IpcStatus.TYPE_MISMATCH,
                    "object \"kind\": limit=a mutex, as it was made, actual=a semaphore of 3 permits; take another name",
                    () -> NamedSemaphore.open("kind", 3));
            assertStatus(
                    IpcStatus.TYPE_MISMATCH,
                    "actual=an event of manual reset",
                    () -> NamedEvent.open("kind", NamedEvent.Reset.MANUAL));
        }
        NamedSemaphore.open("kind", 3).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "../x", "a/b", "a b", "a~b", "-a", "ä"})
    void aNameOfAnotherFormIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NamedMutex.open(name))
                .withMessage("object name: limit=[A-Za-z0-9][A-Za-z0-9._-]{0,63}, actual=\"" + name + '"');
    }

    @Test
    void aNegativeTimeIsRefused() {
        try (NamedMutex mutex = NamedMutex.create()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> mutex.acquire(Duration.ofSeconds(-1)))
                    .withMessage("timeout: limit=0 or more, actual=PT-1S");
        }
    }

    @Test
    void aNameIsPrivateToAnApplicationUnlessItIsThePublishers() {
        AppIdentity editor = AppIdentity.open("acme", "editor");
        AppIdentity viewer = AppIdentity.open("acme", "viewer");
        AppIdentity other = AppIdentity.open("other", "editor");
        try (NamedMutex plain = NamedMutex.open("scoped");
                NamedMutex own = NamedMutex.open(ObjectScope.application(editor), "scoped");
                NamedMutex shared = NamedMutex.open(ObjectScope.publisher(editor), "scoped")) {
            List<Hold> holds = Stream.of(plain, own, shared)
                    .map(mutex -> mutex.tryAcquire().orElseThrow())
                    .toList();
            assertThat(isFree(ObjectScope.application(editor))).isFalse();
            assertThat(isFree(ObjectScope.publisher(viewer))).isFalse();
            assertThat(isFree(ObjectScope.application(viewer))).isTrue();
            assertThat(isFree(ObjectScope.publisher(other))).isTrue();
            assertThat(isFree(ObjectScope.application(other))).isTrue();
            holds.forEach(Hold::close);
        }
        assertThat(ObjectScope.publisher(viewer))
                .isEqualTo(ObjectScope.publisher(editor))
                .hasSameHashCodeAs(ObjectScope.publisher(editor))
                .isNotEqualTo(ObjectScope.application(editor));
    }

    private static boolean isFree(ObjectScope scope) {
        try (NamedMutex mutex = NamedMutex.open(scope, "scoped")) {
            Optional<Hold> hold = mutex.tryAcquire();
            hold.ifPresent(Hold::close);
            return hold.isPresent();
        }
    }

    @Test
    void itIsRemovedWithItsLastHolderAndMadeAnew() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (NamedMutex mutex = NamedMutex.open("again");
                    Hold hold = mutex.acquire()) {
                assertThat(hold.abandoned()).isFalse();
            }
        }
    }
}
