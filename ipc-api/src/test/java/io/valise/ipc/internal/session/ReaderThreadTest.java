package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.IpcServer;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.internal.frame.Frames;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The thread of the library that reads a connection and runs its handlers. */
class ReaderThreadTest extends LocalConnections {
    private final ScriptedTransport transport = new ScriptedTransport();

    private ScriptedPeer dial(IpcServer.Builder server) throws InterruptedException {
        open.add(server.transport(transport).start());
        return transport.dial().greet();
    }

    private static IpcServer.Builder scripted() {
        return IpcServer.builder("scripted:reader");
    }

    /** A handler may have left its thread to something that interrupts it too late. */
    @Test
    void aLateInterruptDoesNotKeepItFromSleeping() throws InterruptedException {
        AtomicBoolean again = new AtomicBoolean();
        BlockingQueue<Boolean> waits = new LinkedBlockingQueue<>();
        ScriptedPeer peer = dial(scripted().service("echo", request -> request.message()));
        peer.link().beforeWaitForFrames(() -> {
            if (!again.getAndSet(true)) {
                Thread.currentThread().interrupt(); // the wait ends at once
            }
            waits.add(Thread.currentThread().isInterrupted());
        });
        peer.send(RawFrame.request(1, "echo", HI));
        assertThat(peer.next(Frames.RESPONSE).id()).isEqualTo(1);
        assertThat(List.of(waits.take(), waits.take())).containsExactly(true, false);
    }

    /** Or a handler that calls another service could not look for the reply where there are two processors. */
    @Test
    void whileItRunsAHandlerItDoesNotCountAsLooking() throws InterruptedException {
        assumeTrue(Spinner.CPUS > 1, "with one processor no thread looks for a time");
        AtomicInteger polls = new AtomicInteger(Integer.MIN_VALUE);
        AtomicInteger before = new AtomicInteger();
        AtomicInteger during = new AtomicInteger();
        ScriptedPeer peer = dial(scripted()
                .waitStrategy(new LooksForLong())
                .service("first", request -> {
                    polls.set(0);
                    return request.message();
                })
                .service("second", request -> {
                    during.set(Spinner.SPINNING.get());
                    return request.message();
                }));
        peer.link().beforePoll(() -> {
            if (polls.incrementAndGet() == 2) { // it has looked once since the first handler ended, unless it rests
                before.set(Spinner.SPINNING.get());
                peer.send(RawFrame.request(2, "second", HI));
            }
        });
        int rounds = 0;
        do {
            peer.send(RawFrame.request(1, "first", HI));
            assertThat(peer.next(Frames.RESPONSE).id()).isEqualTo(1);
            assertThat(peer.next(Frames.RESPONSE).id()).isEqualTo(2);
            rounds += before.get() > 0 ? 1 : 0;
            assertThat(rounds).isLessThan(1000);
        } while (during.get() >= before.get()); // other threads of this process may look for a moment
    }

    private record LooksForLong() implements WaitStrategy {
        @Override
        public Duration spin() {
            return ChronoUnit.FOREVER.getDuration(); // cut to what can be counted in nanoseconds
        }

        @Override
        public boolean adapts() {
            return true;
        }
    }
}
