package io.valise.ipc.sharedmem;

import io.valise.ipc.testkit.process.CommandLoop;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Another process with an end of a ring. */
final class RingProcess {
    private static SharedRing.Producer out;
    private static SharedRing.Consumer in;

    private RingProcess() {}

    public static void main(String[] arguments) {
        CommandLoop.run(RingProcess::run);
    }

    private static @Nullable String run(String command, List<String> words) {
        switch (command) {
            case "produce" -> start(() -> produce(Path.of(words.get(0)), Long.parseLong(words.get(1))));
            case "open" -> open(Path.of(words.get(0)));
            case "claim" -> out.claim(64);
            case "commit" -> out.commit(64);
            case "stage" -> out.stage(64);
            case "abort" -> out.abort();
            case "publish" -> out.publish();
            case "poll" -> {
                return Integer.toString(in.poll(record -> record.getLong() >= 0, 1000));
            }
            case "pollAlways" -> {
                start(RingProcess::pollAlways);
                return null;
            }
            case "yield" -> LockSupport.parkNanos(1);
            default -> throw new IllegalArgumentException(command);
        }
        return "";
    }

    private static void open(Path path) {
        SharedRing ring = SharedRing.open(path);
        out = ring.producerForThreads();
        in = ring.consumer();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "ring");
        thread.setDaemon(true);
        thread.start();
    }

    /** Until that fails. */
    private static void pollAlways() {
        try {
            CommandLoop.say("polling");
            while (in.poll(record -> true, 1000) >= 0) {
                Thread.onSpinWait();
            }
        } catch (RuntimeException | Error e) {
            CommandLoop.say(e.toString());
        }
    }

    /** Numbers, each in all eight words of a record, until this process is killed. */
    @SuppressWarnings({"InfiniteLoopStatement", "ThreadPriorityCheck"})
    private static void produce(Path path, long first) {
        SharedRing.Producer out = SharedRing.open(path).producer();
        for (long number = first; ; ) {
            ByteBuffer space = out.claim(64);
            if (space == null) {
                Thread.yield();
                continue;
            }
            while (space.hasRemaining()) {
                space.putLong(number);
            }
            if (number % 7 == 0) {
                out.commit(64);
            } else {
                out.stage(64);
            }
            number++;
        }
    }
}
