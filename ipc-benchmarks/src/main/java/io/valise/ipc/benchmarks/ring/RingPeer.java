package io.valise.ipc.benchmarks.ring;

import io.aeron.CommonContext;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.valise.ipc.benchmarks.contender.Contenders;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

/** The other JVM of the benchmarks of rings, and how to reach it. Both sides spin. Used by one thread. */
public final class RingPeer implements Closeable {
    private static final int BATCH = 64;

    private final PeerProcess process;
    private final MessagePort port;

    private RingPeer(PeerProcess process, MessagePort port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts it.
     *
     * @param contender {@code valise}, {@code agronaOneToOne}, {@code agronaManyToOne} or {@code aeronIpc}; with
     *     {@code Batched} behind it, it publishes 16 messages at once, with {@code Threads}, several threads may send
     * @param echoes whether it sends back what it receives; else it only takes it
     */
    public static RingPeer start(String contender, boolean echoes) throws IOException {
        PeerProcess process =
                PeerProcess.start(Contenders.agronaOptions(), RingPeer.class, contender, Boolean.toString(echoes));
        return new RingPeer(process, connect(contender, process.address()));
    }

    /**
     * The end of a process that did not start the peer, from the arguments of {@link #start} and the peer's address.
     */
    public static MessagePort connect(String contender, String address) throws IOException {
        return open(contender, address, true);
    }

    /** Our end. */
    public MessagePort port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        port.close();
        process.close();
    }

    private static MessagePort open(String contender, String address, boolean first) throws IOException {
        return switch (contender) {
            case "valise", "valiseBatched", "valiseThreads" ->
                first ? ValisePort.open(contender, Path.of(address)) : ValisePort.create(contender, Path.of(address));
            case "agronaOneToOne" -> AgronaPort.open(Path.of(address), first, OneToOneRingBuffer::new);
            case "agronaManyToOne" -> AgronaPort.open(Path.of(address), first, ManyToOneRingBuffer::new);
            case "agronaManyToOneThreads" -> AgronaPort.openForThreads(Path.of(address), first);
            case "aeronIpc" -> new AeronPort(address, first);
            default -> throw new IllegalArgumentException("no ring is called " + contender);
        };
    }

    /** The peer: a contender's name, and whether it echoes. */
    public static void main(String[] args) throws IOException {
        String address = addressOf(args[0]);
        MessagePort port = open(args[0], address, false);
        boolean echoes = Boolean.parseBoolean(args[1]);
        Thread serving = new Thread(() -> serve(port, echoes), "serving");
        serving.setDaemon(true);
        serving.start();
        PeerProcess.ready(address);
        PeerProcess.awaitParentsEnd();
        if (!args[0].equals("aeronIpc")) {
            Files.delete(Path.of(address));
            Files.deleteIfExists(ValisePort.back(Path.of(address)));
        }
        System.exit(0);
    }

    private static String addressOf(String contender) throws IOException {
        if (contender.equals("aeronIpc")) {
            return driverDirectory();
        }
        return contender.startsWith("valise")
                ? RingFile.fresh().toString()
                : RingFile.create(AgronaPort.FILE_BYTES).toString();
    }

    /** With one thread for the driver, which sleeps while it has nothing to do: messages do not go through it. */
    private static String driverDirectory() {
        MediaDriver driver = MediaDriver.launchEmbedded(new MediaDriver.Context()
                .aeronDirectoryName(CommonContext.generateRandomDirName())
                .threadingMode(ThreadingMode.SHARED)
                .sharedIdleStrategy(new BackoffIdleStrategy())
                .dirDeleteOnStart(true)
                .clientLivenessTimeoutNs(TimeUnit.HOURS.toNanos(1)) // a contender is stopped between its slices
                .publicationUnblockTimeoutNs(TimeUnit.HOURS.toNanos(2)) // must be longer than the pause
                .dirDeleteOnShutdown(true));
        Runtime.getRuntime().addShutdownHook(new Thread(driver::close, "closing"));
        return driver.aeronDirectoryName();
    }

    private static void serve(MessagePort port, boolean echoes) {
        while (true) {
            int received = port.receive(echoes ? 1 : BATCH);
            if (received == 0) {
                Thread.onSpinWait();
            } else if (echoes) {
                sendWhenThereIsRoom(port, port.last());
            }
        }
    }

    /** Sends, and spins while there is no space. */
    public static void sendWhenThereIsRoom(MessagePort port, long number) {
        while (!port.send(number)) {
            Thread.onSpinWait();
        }
    }
}
