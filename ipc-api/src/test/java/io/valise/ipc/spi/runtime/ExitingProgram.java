package io.valise.ipc.spi.runtime;

import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.concurrent.CountDownLatch;

/** A process for {@link ReadinessLoopTest} that exits, and says in a shutdown hook what the loop does meanwhile. */
final class ExitingProgram {
    private ExitingProgram() {}

    public static void main(String[] arguments) throws Exception {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        CountDownLatch told = new CountDownLatch(1);
        ReadinessLoop.shared().register(pipe.source(), told::countDown).arm();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> watch(pipe, told)));
    }

    private static void watch(Pipe pipe, CountDownLatch told) {
        try {
            pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
            told.await();
            System.out.println("told");
            Thread loop = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("valise-readiness"))
                    .findAny()
                    .orElseThrow();
            // One that sleeps in the kernel is runnable, to Java.
            while (loop.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            System.out.println("parked");
        } catch (Exception e) {
            System.out.println(e);
        }
    }
}
