package io.valise.ipc.sharedmem;

import io.valise.ipc.testkit.process.CommandLoop;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Another process with an end of a ring. */
final class RingProcess {
    private RingProcess() {}

    public static void main(String[] arguments) {
        CommandLoop.run((command, words) -> {
            Thread producing =
                    new Thread(() -> produce(Path.of(words.get(0)), Long.parseLong(words.get(1))), "producing");
            producing.setDaemon(true);
            producing.start();
            return null;
        });
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
