package io.valise.ipc.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Short events are gathered while a write is under way: none is lost, and those of a thread stay in order. */
@NeedsNats
class SmallWritesTest {
    private static final int LINKS = 12;
    private static final int THREADS = 2;
    private static final int EVENTS = 1000;
    private static final int BETWEEN_REQUESTS = 100;

    /** How many events of each thread came in order. */
    private final AtomicIntegerArray came = new AtomicIntegerArray(LINKS * THREADS);

    private final CountDownLatch all = new CountDownLatch(LINKS * THREADS * EVENTS);

    private void came(ValueSet event) {
        int number = event.getInt("n");
        came.compareAndSet(event.getInt("thread"), number, number + 1);
        all.countDown();
    }

    private Void sends(IpcConnection connection, int thread) {
        for (int i = 0; i < EVENTS; i++) {
            connection.send("number", ValueSet.of("thread", thread, "n", i));
            if ((i + 1) % BETWEEN_REQUESTS == 0) {
                ValueSet question = ValueSet.of("n", i);
                assertThat(connection.request("echo", question)).isEqualTo(question);
            }
        }
        return null;
    }

    @Test
    void eventsOfManyThreadsOverOneConnectionToTheBrokerAllComeInOrder() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(LINKS * THREADS);
        List<IpcConnection> connections = new ArrayList<>();
        try (NatsServer broker = NatsServer.open();
                IpcServer ignored = IpcServer.builder("nats:numbers")
                        .transport(broker.transport())
                        .access(AccessPolicy.anyone())
                        .onEvent("number", event -> came(event.message()))
                        .service("echo", request -> request.message())
                        .start()) {
            List<Future<Void>> sending = new ArrayList<>();
            for (int i = 0; i < LINKS; i++) {
                IpcConnection connection = IpcClient.builder("nats:numbers")
                        .transport(broker.transport())
                        .connect();
                connections.add(connection);
                for (int j = 0; j < THREADS; j++) {
                    int thread = i * THREADS + j;
                    sending.add(threads.submit(() -> sends(connection, thread)));
                }
            }
            for (Future<Void> each : sending) {
                each.get();
            }
            all.await(); // though nothing else is sent
            for (int i = 0; i < LINKS * THREADS; i++) {
                assertThat(came.get(i)).as("thread %s", i).isEqualTo(EVENTS);
            }
            connections.forEach(IpcConnection::close);
        } finally {
            threads.shutdownNow();
        }
    }
}
