package io.valise.ipc.internal.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.runtime.ReadinessLoop;
import io.valise.ipc.spi.runtime.Registration;
import io.valise.ipc.spi.runtime.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The library's threads end some seconds after their last use, start again on demand, and keep no application's loader. */
class LibraryThreadsTest {
    private static List<Thread> running() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("valise-readiness")
                        || thread.getName().equals("valise-watchdog"))
                .toList();
    }

    private static void awaitEnd(List<Thread> threads) {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (Thread thread : threads) {
                thread.join();
            }
        });
    }

    /** Uses the threads; returns those that ran meanwhile, for which there was something to wait for all the time. */
    static List<Thread> use(String address) throws Exception {
        try (IpcServer server = IpcServer.builder(address)
                        .service("echo", request -> request.message())
                        .asyncService("never", request -> new CompletableFuture<>())
                        .start();
                IpcConnection client = IpcClient.connect(address)) {
            assertThat(server.endpoints()).hasSize(1);
            CompletableFuture<ValueSet> never =
                    client.call("never").timeout(Duration.ofHours(1)).requestAsync(ValueSet.empty());
            assertThat(client.requestAsync("echo", ValueSet.of("a", 1)).get(30, TimeUnit.SECONDS))
                    .isEqualTo(ValueSet.of("a", 1));
            List<Thread> running = registered();
            assertThat(never).isNotDone();
            return running;
        }
    }

    private static List<Thread> registered() throws Exception {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        CountDownLatch fired = new CountDownLatch(1);
        Registration registration = ReadinessLoop.shared().register(pipe.source(), fired::countDown);
        registration.arm();
        pipe.sink().write(ByteBuffer.wrap(new byte[1]));
        assertThat(fired.await(30, TimeUnit.SECONDS)).isTrue();
        List<Thread> running = running();
        registration.cancel();
        pipe.sink().close();
        pipe.source().close();
        return running;
    }

    @Test
    void theyEndWhenUnusedAndStartAgain() throws Exception {
        assertThat(said(Ending.class)).isEqualTo("ended");
    }

    /** In a JVM of its own: other tests of this one may still use the threads. */
    static final class Ending {
        private Ending() {}

        public static void main(String[] arguments) throws Exception {
            List<Thread> first = use("local:threads");
            assertThat(first).hasSize(2);
            ReadinessLoop ended = ReadinessLoop.shared();
            awaitEnd(first);
            assertThat(use("local:threads")).hasSize(2).doesNotContainAnyElementsOf(first);
            handsOverToItsSuccessor(ended);
            System.out.println("ended");
        }

        private static void handsOverToItsSuccessor(ReadinessLoop ended) throws Exception {
            Pipe pipe = Pipe.open();
            pipe.source().configureBlocking(false);
            CompletableFuture<String> told = new CompletableFuture<>();
            ended.after(1, () -> told.complete(Thread.currentThread().getName()));
            assertThat(told.get(30, TimeUnit.SECONDS)).isEqualTo("valise-readiness");
            CountDownLatch fired = new CountDownLatch(1);
            ended.register(pipe.source(), fired::countDown).arm();
            pipe.sink().close();
            assertThat(fired.await(30, TimeUnit.SECONDS)).isTrue();
            pipe.source().close();
        }
    }

    /** The wake-up of the last to leave is lost in the one that came before it: the thread must end all the same. */
    @Test
    void theLoopEndsThoughTheLastChannelAndTaskLeftDuringACallback() throws Exception {
        assertThat(said(Cancelling.class, "-Dvalise.idleMillis=50")).isEqualTo("ended");
    }

    /** A loop whose last registration and task are taken back by another thread while a callback runs. */
    static final class Cancelling {
        private Cancelling() {}

        public static void main(String[] arguments) throws Exception {
            CountDownLatch first = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            AtomicReference<Registration> second = new AtomicReference<>();
            Pipe one = readable();
            Pipe two = readable();
            ReadinessLoop loop = ReadinessLoop.shared();
            Runnable takeBack = loop.after(TimeUnit.HOURS.toNanos(1), () -> {});
            List<Thread> threads = running();
            Registration held = loop.register(one.source(), () -> {
                first.countDown();
                awaitUninterruptibly(goOn);
            });
            second.set(loop.register(
                    two.source(),
                    () -> CompletableFuture.runAsync(() -> {
                                second.get().cancel();
                                takeBack.run();
                            })
                            .join()));
            held.arm();
            first.await();
            held.cancel();
            second.get().arm(); // wakes the select that follows, which finds the second channel too
            goOn.countDown();
            awaitEnd(threads);
            System.out.println("ended");
        }

        private static Pipe readable() throws IOException {
            Pipe pipe = Pipe.open();
            pipe.source().configureBlocking(false);
            pipe.sink().write(ByteBuffer.wrap(new byte[1]));
            return pipe;
        }

        private static void awaitUninterruptibly(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** With so short a time that the threads end while the next use begins. */
    @Test
    void theyMayEndWhileTheyAreNeededAgain() throws Exception {
        assertThat(said(Restarting.class, "-Dvalise.idleMillis=1")).isEqualTo("restarted");
    }

    /** The last line that a program prints in a JVM of its own. */
    private static String said(Class<?> program, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader lines = process.inputReader()) {
            return lines.lines().reduce("", (before, line) -> line);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Two threads that use the library again and again, with pauses about as long as its threads wait. */
    static final class Restarting {
        private Restarting() {}

        public static void main(String[] arguments) {
            List<CompletableFuture<Void>> users = new ArrayList<>();
            for (String address : List.of("local:one", "local:two")) {
                users.add(CompletableFuture.runAsync(() -> restart(address)));
            }
            users.forEach(user -> user.orTimeout(100, TimeUnit.SECONDS).join());
            System.out.println("restarted");
        }

        private static void restart(String address) {
            try {
                for (int round = 0; round < 300; round++) {
                    use(address);
                    LockSupport.parkNanos(round % 40 * 100_000L);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void aThreadTakesNothingOverFromTheApplicationThatStartsIt() {
        List<Thread> kept = new ArrayList<>();
        WeakReference<ClassLoader> gone = startUnderALoader(kept);
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            while (gone.get() != null) {
                System.gc();
                Thread.onSpinWait();
            }
        });
        assertThat(kept)
                .first()
                .satisfies(
                        thread -> assertThat(thread.getContextClassLoader()).isSameAs(Threads.class.getClassLoader()));
    }

    private static WeakReference<ClassLoader> startUnderALoader(List<Thread> kept) {
        ClassLoader loader = new ClassLoader(LibraryThreadsTest.class.getClassLoader()) {};
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            kept.add(Threads.daemon("valise-test", () -> {}));
        } finally {
            thread.setContextClassLoader(before);
        }
        return new WeakReference<>(loader);
    }
}
