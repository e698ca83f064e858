package io.valise.ipc.benchmarks.contender;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron IPC with maps in Jackson's CBOR: exclusive publications, both sides spinning. The driver runs in the answering
 * JVM with one thread that sleeps while it has nothing to do, as Aeron advises for few processors: IPC messages do not
 * go through it, and with a busy driver thread there would be three spinning threads for two processors.
 */
final class AeronContender implements Contender {
    private static final int REQUESTS = 1;
    private static final int ANSWERS = 2;
    private static final int FRAGMENTS = 10;

    @Override
    public List<String> jvmOptions() {
        return Contenders.agronaOptions();
    }

    @Override
    public Served serve(Workload workload) {
        MediaDriver driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                .aeronDirectoryName(CommonContext.generateRandomDirName())
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new BackoffIdleStrategy())
                .dirDeleteOnStart(true)
                .clientLivenessTimeoutNs(TimeUnit.HOURS.toNanos(1)) // a contender is stopped between its slices
                .publicationUnblockTimeoutNs(TimeUnit.HOURS.toNanos(2)) // must be longer than the pause
                .dirDeleteOnShutdown(true));
        Aeron aeron = connect(driver.aeronDirectoryName());
        ExclusivePublication answers = aeron.addExclusivePublication(CommonContext.IPC_CHANNEL, ANSWERS);
        Subscription requests = aeron.addSubscription(CommonContext.IPC_CHANNEL, REQUESTS);
        Thread serving = new Thread(() -> serve(requests, new Sender(answers)), "serving");
        serving.setDaemon(true);
        serving.start();
        return Contender.served(driver.aeronDirectoryName(), () -> CloseHelper.closeAll(aeron, driver));
    }

    private static Aeron connect(String directory) {
        return Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(directory)
                .driverTimeoutMs(TimeUnit.HOURS.toMillis(1))); // the driver is stopped with its contender
    }

    private static void serve(Subscription requests, Sender answers) {
        JacksonForm form = new JacksonForm();
        FragmentHandler handler = new FragmentAssembler(
                (buffer, offset, length, header) -> answers.send(answer(form, buffer, offset, length)));
        while (!requests.isClosed()) {
            if (requests.poll(handler, FRAGMENTS) == 0) {
                Thread.onSpinWait();
            }
        }
    }

    private static byte[] answer(JacksonForm form, DirectBuffer buffer, int offset, int length) {
        try {
            Map<String, Object> message = form.decode(bytes(buffer, offset, length), 0, length);
            return form.encode(
                    message.get("data") instanceof byte[] data
                            ? Map.of("length", data.length)
                            : Quotes.answer(message));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(DirectBuffer buffer, int offset, int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return bytes;
    }

    @Override
    public Caller connect(Workload workload, String address) {
        Aeron aeron = connect(address);
        ExclusivePublication requests = aeron.addExclusivePublication(CommonContext.IPC_CHANNEL, REQUESTS);
        Subscription answers = aeron.addSubscription(CommonContext.IPC_CHANNEL, ANSWERS);
        while (!requests.isConnected() || !answers.isConnected()) {
            Thread.onSpinWait();
        }
        return workload == Workload.QUOTE
                ? new AeronCaller(aeron, new Sender(requests), answers, Quotes.map(), "ask")
                : new AeronCaller(aeron, new Sender(requests), answers, Map.of("data", Workload.bytes()), "length");
    }

    /** Offers a message until it is taken. */
    private static final class Sender {
        private final ExclusivePublication publication;
        private final UnsafeBuffer view = new UnsafeBuffer();

        Sender(ExclusivePublication publication) {
            this.publication = publication;
        }

        void send(byte[] message) {
            view.wrap(message);
            while (publication.offer(view) < 0) {
                Thread.onSpinWait();
            }
        }
    }

    private static final class AeronCaller implements Caller {
        private final Aeron aeron;
        private final Sender requests;
        private final Subscription answers;
        private final Map<String, Object> message;
        private final String read;
        private final JacksonForm form = new JacksonForm();
        private final FragmentHandler handler = new FragmentAssembler(this::onAnswer);
        private Map<String, Object> answer = Map.of();

        AeronCaller(Aeron aeron, Sender requests, Subscription answers, Map<String, Object> message, String read) {
            this.aeron = aeron;
            this.requests = requests;
            this.answers = answers;
            this.message = message;
            this.read = read;
        }

        @Override
        public double call() throws IOException {
            requests.send(form.encode(message));
            while (answers.poll(handler, FRAGMENTS) == 0) {
                Thread.onSpinWait();
            }
            return ((Number) Quotes.field(answer, read)).doubleValue();
        }

        private void onAnswer(DirectBuffer buffer, int offset, int length, Header header) {
            try {
                answer = form.decode(bytes(buffer, offset, length), 0, length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            aeron.close();
        }
    }
}
