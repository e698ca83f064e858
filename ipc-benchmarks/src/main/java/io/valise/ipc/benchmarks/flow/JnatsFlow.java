package io.valise.ipc.benchmarks.flow;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.valise.ipc.benchmarks.contender.Contender;
import io.valise.ipc.benchmarks.contender.JnatsContender;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Bare messages by jnats. */
final class JnatsFlow implements Flow {
    private static final int BUFFER = 128 << 10;
    private static final String BACK = ".taken";

    @Override
    public Contender.Served take(int bytes) throws Exception {
        Connection connection = connect();
        String subject = JnatsContender.subject();
        FlowCount count = new FlowCount(bytes);
        connection
                .createDispatcher(message -> {
                    long total = count.taken(message.getData().length);
                    if (total > 0) {
                        connection.publish(
                                subject + BACK,
                                ByteBuffer.allocate(Long.BYTES).putLong(total).array());
                    }
                })
                .subscribe(subject);
        JnatsContender.settle(connection);
        return Contender.served(subject, JnatsContender.closing(connection));
    }

    /**
     * As {@code nats:} has it: the queue takes a whole window, as {@link FlowWindow} bounds what is in it, and the buffer of a write
     * has one size.
     */
    private static Connection connect() throws IOException, InterruptedException {
        return Nats.connect(new Options.Builder()
                .server(System.getProperty("valise.nats.url"))
                .maxMessagesInOutgoingQueue(0)
                .bufferSize(BUFFER)
                .build());
    }

    @Override
    public Sender connect(int bytes, String address, FlowWindow window) throws Exception {
        Connection connection = connect();
        connection.createDispatcher(message -> window.taken(total(message))).subscribe(address + BACK);
        JnatsContender.settle(connection);
        return new JnatsSender(connection, address, new byte[bytes]);
    }

    private static long total(Message message) {
        return ByteBuffer.wrap(message.getData()).getLong();
    }

    private static final class JnatsSender implements Sender {
        private final Connection connection;
        private final String subject;
        private final byte[] message;

        JnatsSender(Connection connection, String subject, byte[] message) {
            this.connection = connection;
            this.subject = subject;
            this.message = message;
        }

        @Override
        public void send() {
            connection.publish(subject, message);
        }

        @Override
        public void close() throws IOException {
            JnatsContender.closing(connection).close();
        }
    }
}
