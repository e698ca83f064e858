package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.internal.call.Demand;
import io.valise.ipc.internal.call.PendingCall;
import io.valise.ipc.internal.frame.Names;
import io.valise.ipc.internal.frame.Reassembly;
import io.valise.ipc.internal.work.Deadline;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The small parts of a session, each on its own. */
class PartsTest {
    @Nested
    class OfReassembly {
        private final Reassembly reassembly = new Reassembly(10 << 20);

        private ByteBuffer first(int total, byte... part) {
            return ByteBuffer.allocate(4 + part.length).putInt(total).put(part).flip();
        }

        @Test
        void putsPartsTogether() {
            assertThat(reassembly.add(1, first(14, new byte[] {1, 2, 3}))).isNull();
            assertThat(reassembly.add(0, ByteBuffer.wrap(new byte[10]))).isNull();
            ByteBuffer whole = reassembly.add(2, ByteBuffer.wrap(new byte[] {9}));
            assertThat(whole.remaining()).isEqualTo(14);
            assertThat(whole.get(0)).isEqualTo((byte) 1);
            assertThat(whole.get(13)).isEqualTo((byte) 9);
        }

        @Test
        void startsAnewWithEveryFirst() {
            reassembly.add(1, first(1000, new byte[500]));
            ByteBuffer whole = reassembly.add(3, first(12, new byte[12]));
            assertThat(whole.remaining()).isEqualTo(12);
            assertThatThrownBy(() -> reassembly.add(0, ByteBuffer.wrap(new byte[500])))
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("announced=0");
        }

        @Test
        void growsOnlyWithWhatComes() {
            reassembly.add(1, first(10 << 20, new byte[100]));
            assertThat(reassembly.allocated()).isLessThanOrEqualTo(4 << 20);
            for (int i = 0; i < 20; i++) {
                reassembly.add(0, ByteBuffer.wrap(new byte[100_000]));
            }
            assertThat(reassembly.allocated()).isBetween(2_000_100, 4 << 20);
            reassembly.add(3, first(12, new byte[12]));
            reassembly.release();
            assertThat(reassembly.allocated()).isZero();
        }

        @Test
        void refusesWhatDoesNotAddUp() {
            assertThatThrownBy(() -> reassembly.add(1, first((10 << 20) + 1)))
                    .hasMessageContaining("limit=10485760")
                    .hasMessageContaining("announced=10485761");
            assertThatThrownBy(() -> reassembly.add(3, first(20, new byte[12])))
                    .hasMessageContaining("announced=20")
                    .hasMessageContaining("actual=12");
        }
    }

    @Nested
    class OfNames {
        @ParameterizedTest
        @ValueSource(strings = {"a", "price.of/anything at all", "Ünïcödé", "価格", "😀"})
        void areWrittenAsTheirUtf8(String name) {
            ByteBuffer out = ByteBuffer.allocate(256);
            Names.write(Names.check(name), out);
            byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
            assertThat(out.flip().remaining()).isEqualTo(1 + utf8.length);
            assertThat(out.get() & 0xff).isEqualTo(utf8.length);
            assertThat(StandardCharsets.UTF_8.decode(out).toString()).isEqualTo(name);
        }

        @Test
        void haveLimits() {
            String longest = "x".repeat(255);
            assertThat(Names.check(longest)).isSameAs(longest);
            assertThat(Names.check("é".repeat(127))).hasSize(127);
            for (String none : List.of("", "x".repeat(256), "é".repeat(128), "価".repeat(86), "x".repeat(100_000))) {
                assertThatThrownBy(() -> Names.check(none))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("limit=1 to 255 bytes")
                        .hasMessageContaining("actual=" + none.getBytes(StandardCharsets.UTF_8).length);
            }
        }
    }

    @Nested
    class OfTime {
        @Test
        void durationsArePositiveAndCut() {
            assertThat(Deadline.nanos("t", Duration.ofNanos(1))).isEqualTo(1);
            assertThat(Deadline.nanos("t", Duration.ofSeconds(Long.MAX_VALUE))).isPositive();
            for (Duration none : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
                assertThatThrownBy(() -> Deadline.nanos("timeout", none))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("timeout")
                        .hasMessageContaining(none.toString());
            }
        }

        @Test
        void deadlinesNeverOverflow() {
            long now = System.nanoTime();
            assertThat(Deadline.in(Long.MAX_VALUE) - now).isPositive();
            assertThat(Deadline.in(Long.MIN_VALUE) - now).isNotNegative();
            assertThat(Deadline.in(Deadline.nanos("t", Duration.ofSeconds(Long.MAX_VALUE))))
                    .isLessThan(PendingCall.NEVER);
        }
    }

    @Nested
    class OfDemand {
        private final Demand demand = new Demand();

        @Test
        void isTakenOneByOne() {
            assertThat(demand.take()).isFalse();
            demand.add(2);
            assertThat(demand.take()).isTrue();
            demand.add(1);
            assertThat(demand.take()).isTrue();
            assertThat(demand.take()).isTrue();
            assertThat(demand.take()).isFalse();
        }

        @Test
        void beyondCountingIsWithoutEnd() {
            demand.add(Long.MAX_VALUE);
            demand.add(Long.MAX_VALUE);
            for (int i = 0; i < 1000; i++) {
                assertThat(demand.take()).isTrue();
            }
            assertThat(Demand.sum(Long.MAX_VALUE - 1, 5)).isEqualTo(Long.MAX_VALUE);
            assertThat(Demand.sum(2, 3)).isEqualTo(5);
        }

        @Test
        void isNeverTakenMoreOftenThanGiven() throws InterruptedException {
            AtomicInteger taken = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                threads.add(new Thread(() -> {
                    for (int i = 0; i < 20_000; i++) {
                        demand.add(1);
                        taken.addAndGet(demand.take() ? 1 : 0);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            while (demand.take()) {
                taken.incrementAndGet();
            }
            assertThat(taken).hasValue(80_000);
        }
    }

    @Nested
    class OfSpinner {
        static boolean severalProcessors() {
            return Runtime.getRuntime().availableProcessors() > 1;
        }

        private int looks(Spinner spinner) {
            int looks = 0;
            while (spinner.lookAgain()) {
                looks++;
            }
            return looks;
        }

        @Test
        void blockingNeverLooks() {
            Spinner spinner = new Spinner(WaitStrategy.blocking());
            assertThat(spinner.lookAgain()).isFalse();
            spinner.found();
            assertThat(spinner.lookAgain()).isFalse();
        }

        @Test
        @EnabledIf("severalProcessors")
        void adaptiveLooksLessWhenItFindsNothingAndTriesAgainInTime() {
            Spinner spinner = new Spinner(WaitStrategy.adaptive());
            int waits = 0;
            while (spinner.lookAgain() || waits < 20) {
                looks(spinner);
                spinner.found();
                waits++;
                assertThat(waits).as("waits in vain until it stops looking").isLessThan(10_000);
            }
            boolean looksAgain = false;
            for (int i = 0; i < 1000 && !looksAgain; i++) {
                spinner.found();
                looksAgain = spinner.lookAgain();
            }
            assertThat(looksAgain).isTrue();
            spinner.stop();
        }

        @Test
        @EnabledIf("severalProcessors")
        void whoLeavesMakesRoomForOthers() {
            for (int i = 0; i < 200; i++) {
                Spinner spinner = new Spinner(WaitStrategy.adaptive());
                spinner.lookAgain();
                if (i % 3 == 0) {
                    looks(spinner);
                }
                spinner.stop();
                spinner.stop();
            }
            boolean looked = false;
            for (int i = 0; i < 1_000_000 && !looked; i++) { // sessions of other tests may still look
                Spinner last = new Spinner(WaitStrategy.adaptive());
                looked = last.lookAgain();
                last.stop();
            }
            assertThat(looked).isTrue();
        }
    }
}
