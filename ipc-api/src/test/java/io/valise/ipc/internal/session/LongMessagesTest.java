package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Messages that are longer than a frame cross in parts, through buffers that all connections of the process share. */
class LongMessagesTest {
    private static final String ADDRESS = "local:long";
    private static final int SENDERS = 4;

    /** Content that differs from byte to byte, from sender to sender and from round to round. */
    private static ValueSet message(int length, int seed) {
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = (byte) (seed + i * 31 + (i >>> 8));
        }
        return ValueSet.of("content", content);
    }

    @Test
    void messagesOfSeveralConnectionsAtOnceAreNotMixed() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(SENDERS);
        CyclicBarrier together = new CyclicBarrier(SENDERS);
        try (IpcServer server = IpcServer.builder(ADDRESS)
                .service("echo", request -> request.message())
                .start()) {
            List<Future<Integer>> senders = new ArrayList<>();
            for (int sender = 0; sender < SENDERS; sender++) {
                senders.add(threads.submit(echoes(together, sender)));
            }
            for (Future<Integer> each : senders) {
                assertThat(each.get(50, TimeUnit.SECONDS)).isEqualTo(100);
            }
            assertThat(server.stats().requestsServed()).isEqualTo(SENDERS * 100);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Integer> echoes(CyclicBarrier together, int sender) {
        return () -> {
            int whole = 0;
            try (IpcConnection connection = IpcClient.connect(ADDRESS)) {
                for (int round = 0; round < 100; round++) {
                    ValueSet sent = message(100_000 + 1_000 * (round % 7), 1_000 * sender + round);
                    together.await();
                    whole += connection.request("echo", sent).equals(sent) ? 1 : 0;
                }
            }
            return whole;
        };
    }

    /** Beyond a mebibyte the buffer in which the parts are put together grows as they arrive. */
    @Test
    void contentIsCompleteAtEveryLength() {
        try (IpcServer server = IpcServer.builder(ADDRESS)
                        .service("echo", request -> request.message())
                        .start();
                IpcConnection connection = IpcClient.connect(ADDRESS)) {
            for (int length : new int[] {50_000, 1 << 20, (1 << 20) + (1 << 17), 3 << 20, (5 << 20) + 1, 70_000}) {
                byte[] received =
                        connection.request("echo", message(length, length)).getBytes("content");
                assertThat(Arrays.equals(received, message(length, length).getBytes("content")))
                        .as("content of %d bytes", length)
                        .isTrue();
            }
            assertThat(server.connections()).hasSize(1);
        }
    }
}
