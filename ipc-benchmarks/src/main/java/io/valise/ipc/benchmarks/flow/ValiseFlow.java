package io.valise.ipc.benchmarks.flow;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.benchmarks.contender.Contender;

/** Events of Valise over {@code nats:}, with the bytes in one field. */
final class ValiseFlow implements Flow {
    private static final String DATA = "data";
    private static final String TOTAL = "total";

    @Override
    public Contender.Served take(int bytes) {
        String address = "nats:flow-" + ProcessHandle.current().pid();
        FlowCount count = new FlowCount(bytes);
        IpcServer server = IpcServer.builder(address)
                .access(AccessPolicy.anyone())
                .onEvent("message", event -> {
                    long total = count.taken(event.message().getBytes(DATA).length);
                    if (total > 0) {
                        event.connection().send("taken", ValueSet.of(TOTAL, total));
                    }
                })
                .start();
        return Contender.served(address, server::close);
    }

    @Override
    public Sender connect(int bytes, String address, FlowWindow window) {
        IpcConnection connection = IpcClient.builder(address)
                .access(AccessPolicy.anyone())
                .onEvent("taken", event -> window.taken(event.message().getLong(TOTAL)))
                .connect();
        return new ValiseSender(connection, ValueSet.of(DATA, new byte[bytes]));
    }

    private record ValiseSender(IpcConnection connection, ValueSet message) implements Sender {
        @Override
        public void send() {
            connection.send("message", message);
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
