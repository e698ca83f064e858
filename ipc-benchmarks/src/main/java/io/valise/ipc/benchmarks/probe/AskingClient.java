package io.valise.ipc.benchmarks.probe;

import io.valise.ipc.benchmarks.contender.Contender.Caller;
import io.valise.ipc.benchmarks.contender.Contenders;
import io.valise.ipc.benchmarks.contender.Workload;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * The program that asks for as long as it is told to, again and again. Arguments: a contender's name and its server's
 * address. For each line it reads, a number of milliseconds, it prints how long its requests took.
 */
public final class AskingClient {
    private static final int MILLIS_TO_WARM_UP = 1_000;
    private static final int DIGITS = 3;

    private AskingClient() {}

    /** Asks until its parent ends. */
    public static void main(String[] args) throws Exception {
        Caller caller = Contenders.named(args[0]).connect(Workload.QUOTE, args[1]);
        ask(caller, MILLIS_TO_WARM_UP);
        PeerProcess.ready("");
        for (String line = PeerProcess.hear(); !line.isEmpty(); line = PeerProcess.hear()) {
            PeerProcess.say(encoded(ask(caller, Integer.parseInt(line))));
        }
        caller.close();
        Runtime.getRuntime().halt(0);
    }

    private static Histogram ask(Caller caller, int millis) throws Exception {
        Histogram nanos = histogram();
        long begun = System.nanoTime();
        long end = begun + TimeUnit.MILLISECONDS.toNanos(millis);
        while (begun - end < 0) {
            if (caller.call() != 101.5) {
                throw new IllegalStateException("a wrong answer");
            }
            long now = System.nanoTime();
            nanos.recordValue(now - begun);
            begun = now;
        }
        return nanos;
    }

    /** An empty one, of nanoseconds. */
    public static Histogram histogram() {
        Histogram histogram = new Histogram(DIGITS);
        histogram.setAutoResize(true);
        return histogram;
    }

    private static String encoded(Histogram histogram) {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    /** What a client printed. */
    public static Histogram decoded(String line) throws DataFormatException {
        return Histogram.decodeFromCompressedByteBuffer(
                ByteBuffer.wrap(Base64.getDecoder().decode(line)), 0);
    }
}
