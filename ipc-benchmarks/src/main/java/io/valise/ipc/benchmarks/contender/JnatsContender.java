package io.valise.ipc.benchmarks.contender;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Requests by jnats, the client library of NATS, with its default options, over the broker of the setting {@code
 * valise.nats.url}; as many bytes as the workload, without encoding.
 */
public final class JnatsContender implements Contender {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** A connection to the broker of this process's settings. */
    public static Connection connect() throws IOException, InterruptedException {
        return Nats.connect(System.getProperty("valise.nats.url"));
    }

    /** A subject of this process. */
    public static String subject() {
        return "bench-" + ProcessHandle.current().pid();
    }

    /** Returns when the broker has all that was sent before, such as a subscription. */
    public static void settle(Connection connection) throws Exception {
        connection.flush(TIMEOUT);
    }

    /** What closes a connection. */
    public static Closeable closing(Connection connection) {
        return () -> {
            try {
                connection.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    @Override
    public Served serve(Workload workload) throws Exception {
        Connection connection = connect();
        byte[] answer = new byte[RawSocketContender.answerBytes(workload)];
        connection
                .createDispatcher(request -> connection.publish(request.getReplyTo(), answer))
                .subscribe(subject());
        settle(connection);
        return Contender.served(subject(), closing(connection));
    }

    @Override
    public Caller connect(Workload workload, String address) throws Exception {
        return new JnatsCaller(connect(), address, new byte[RawSocketContender.requestBytes(workload)]);
    }

    private static final class JnatsCaller implements Caller {
        private final Connection connection;
        private final String subject;
        private final byte[] request;

        JnatsCaller(Connection connection, String subject, byte[] request) {
            this.connection = connection;
            this.subject = subject;
            this.request = request;
        }

        @Override
        public double call() throws Exception {
            Message answer = connection.request(subject, request, TIMEOUT);
            if (answer == null) {
                throw new IOException("no answer in time: limit=" + TIMEOUT);
            }
            return answer.getData()[0];
        }

        @Override
        public CompletableFuture<?> callAsync() {
            return connection.request(subject, request);
        }

        @Override
        public void close() throws IOException {
            closing(connection).close();
        }
    }
}
