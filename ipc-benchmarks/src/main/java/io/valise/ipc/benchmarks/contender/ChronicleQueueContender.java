package io.valise.ipc.benchmarks.contender;

import io.valise.ipc.benchmarks.peer.TemporaryFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;

/**
 * Chronicle Queue: one queue in each direction in files in memory, a document in the binary form per message, both
 * sides spinning on their own tailers. A queue keeps all messages until the end.
 */
final class ChronicleQueueContender implements Contender {
    private static final long ROOM_NEEDED = 6L << 30;

    @Override
    public List<String> jvmOptions() {
        return JvmOptions.ofChronicle();
    }

    @Override
    public Served serve(Workload workload) throws IOException {
        if (workload != Workload.QUOTE) {
            throw new IllegalArgumentException("workload: needed=QUOTE, actual=" + workload);
        }
        TemporaryFolder folder = TemporaryFolder.inMemory(ROOM_NEEDED);
        Line line = new Line(folder.path(), "answers", "requests");
        Thread serving = new Thread(() -> serve(line), "serving");
        serving.setDaemon(true);
        serving.start();
        return Contender.served(folder.path().toString(), folder);
    }

    private static void serve(Line line) {
        WireQuote answer = new WireQuote();
        while (!Thread.currentThread().isInterrupted()) {
            if (line.receive()) {
                line.send(answer.answer(line.received));
            } else {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public Caller connect(Workload workload, String address) {
        return new QueueCaller(new Line(Path.of(address), "requests", "answers"), WireQuote.sample());
    }

    /** An end of both queues; for one thread, which may be another than the one that made it. */
    private static final class Line {
        final WireQuote received = new WireQuote();
        private final ChronicleQueue out;
        private final ChronicleQueue in;
        private final ExcerptAppender appender;
        private final ExcerptTailer tailer;

        Line(Path folder, String out, String in) {
            this.out = queue(folder.resolve(out));
            this.in = queue(folder.resolve(in));
            appender = this.out.createAppender();
            appender.singleThreadedCheckDisabled(true);
            tailer = this.in.createTailer();
            tailer.singleThreadedCheckDisabled(true);
        }

        private static ChronicleQueue queue(Path folder) {
            return SingleChronicleQueueBuilder.binary(folder).build();
        }

        void send(WireQuote quote) {
            try (DocumentContext document = appender.writingDocument()) {
                quote.writeMarshallable(document.wire());
            }
        }

        /** Whether there was a message; it is {@link #received} then. */
        boolean receive() {
            try (DocumentContext document = tailer.readingDocument()) {
                boolean there = document.isPresent();
                if (there) {
                    received.readMarshallable(document.wire());
                }
                return there;
            }
        }

        void close() {
            out.close();
            in.close();
        }
    }

    private record QueueCaller(Line line, WireQuote quote) implements Caller {
        @Override
        public double call() {
            line.send(quote);
            while (!line.receive()) {
                Thread.onSpinWait();
            }
            return line.received.ask();
        }

        @Override
        public void close() {
            line.close();
        }
    }
}
