package io.valise.ipc.sharedmem;

import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Rounds of a process that may be killed at any instruction: a mutex with two numbers of a file that are the same whenever
 * no process has it, permits of a semaphore, an event. What it finds wrong it counts in the file.
 */
final class ObjectRounds implements Runnable {
    static final int PERMITS = 2;
    static final int FILE_BYTES = 4096;

    private static final int BEGUN = 0;
    private static final int DONE = 8;
    private static final int VIOLATIONS = 16;
    private static final int SPIN = 50;
    private static final long PAUSE_NANOS = 100_000;

    private final String name;
    private final ByteBuffer numbers;
    private final Thread thread = new Thread(this, "rounds");
    private volatile boolean ending;
    private volatile String outcome = "";

    private ObjectRounds(String name, ByteBuffer numbers) {
        this.name = name;
        this.numbers = numbers;
    }

    /** Begins, and says {@code running} after the first round. */
    static ObjectRounds start(String name, String file) throws IOException {
        ObjectRounds rounds = new ObjectRounds(name, map(Path.of(file)));
        rounds.thread.setDaemon(true);
        rounds.thread.start();
        return rounds;
    }

    static ByteBuffer map(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            MappedByteBuffer mapped = channel.map(MapMode.READ_WRITE, 0, FILE_BYTES);
            return mapped.order(ByteOrder.nativeOrder());
        }
    }

    /** Ends after the round; answers what went wrong. */
    String end() throws InterruptedException {
        ending = true;
        thread.join();
        return outcome;
    }

    @Override
    public void run() {
        outcome = ObjectProcess.outcome(() -> {
            try (NamedMutex mutex = NamedMutex.open(name + "-mutex");
                    NamedSemaphore semaphore = NamedSemaphore.open(name + "-semaphore", PERMITS);
                    NamedEvent event = NamedEvent.open(name + "-event", NamedEvent.Reset.AUTOMATIC)) {
                for (int round = 0; !ending; round++) {
                    round(mutex, semaphore, event);
                    if (round == 0) {
                        CommandLoop.say("running");
                    }
                }
            }
            return "";
        });
        if (!outcome.isEmpty()) {
            CommandLoop.say(outcome); // the test may wait for the first round
        }
    }

    private void round(NamedMutex mutex, NamedSemaphore semaphore, NamedEvent event) throws InterruptedException {
        try (Hold hold = mutex.acquire()) {
            inMutex(numbers, hold);
        }
        try (Hold permit = semaphore.acquire()) {
            Thread.onSpinWait();
            event.set();
        }
        event.await(Duration.ZERO);
        LockSupport.parkNanos(PAUSE_NANOS); // processor time for the processes that start
    }

    /** Fails in the file where two are in it at once, or a death was not told of. */
    static void inMutex(ByteBuffer numbers, Hold hold) {
        long begun = numbers.getLong(BEGUN);
        if (begun != numbers.getLong(DONE) && !hold.abandoned()) {
            numbers.putLong(VIOLATIONS, violations(numbers) + 1);
        }
        numbers.putLong(BEGUN, begun + 1);
        for (int i = 0; i < SPIN; i++) {
            Thread.onSpinWait();
        }
        if (numbers.getLong(BEGUN) != begun + 1) {
            numbers.putLong(VIOLATIONS, violations(numbers) + 1);
        }
        numbers.putLong(DONE, begun + 1);
    }

    static long violations(ByteBuffer numbers) {
        return numbers.getLong(VIOLATIONS);
    }

    static long done(ByteBuffer numbers) {
        return numbers.getLong(DONE);
    }
}
