package io.valise.ipc.nats;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Says one thing to each who connects, and then hangs. Thread-safe. */
final class SilentBroker implements AutoCloseable {
    private final ServerSocket server;
    private final List<Socket> clients = new CopyOnWriteArrayList<>();
    private final Thread accepting;

    private SilentBroker(ServerSocket server, byte[] greeting) {
        this.server = server;
        accepting = new Thread(() -> greet(greeting), "silent broker");
        accepting.start();
    }

    static SilentBroker saying(String greeting) throws IOException {
        return new SilentBroker(
                new ServerSocket(0, 10, InetAddress.getLoopbackAddress()),
                greeting.getBytes(StandardCharsets.US_ASCII));
    }

    int port() {
        return server.getLocalPort();
    }

    private void greet(byte[] greeting) {
        try {
            while (true) {
                Socket client = server.accept();
                clients.add(client);
                client.getOutputStream().write(greeting);
            }
        } catch (IOException e) {
            if (!server.isClosed()) {
                throw new IllegalStateException("no client served", e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket client : clients) {
            client.close();
        }
    }
}
