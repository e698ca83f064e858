package io.valise.ipc.nats;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Says one thing to each who connects, perhaps shakes hands by TLS, and then hangs or closes. Thread-safe. */
public final class SilentBroker implements AutoCloseable {
    /** The greeting of a broker. */
    public static final String WANTS_NOTHING =
            "INFO {\"server_id\":\"s\",\"version\":\"2.10.0\",\"max_payload\":1048576,\"headers\":true}\r\n";

    /** The greeting of a broker with TLS. */
    static final String WANTS_TLS = "INFO {\"server_id\":\"s\",\"version\":\"2.10.0\",\"max_payload\":1048576,"
            + "\"tls_required\":true,\"headers\":true}\r\n";

    private final ServerSocket server;
    private final List<Socket> clients = new CopyOnWriteArrayList<>();
    private final Thread accepting;

    /** What follows the greeting. */
    @FunctionalInterface
    public interface Then {
        void with(Socket client) throws IOException;
    }

    private SilentBroker(ServerSocket server, byte[] greeting, Then then) {
        this.server = server;
        accepting = new Thread(() -> greet(greeting, then), "silent broker");
        accepting.start();
    }

    static SilentBroker saying(String greeting) throws IOException {
        return saying(greeting, client -> {});
    }

    public static SilentBroker saying(String greeting, Then then) throws IOException {
        return new SilentBroker(
                new ServerSocket(0, 10, InetAddress.getLoopbackAddress()),
                greeting.getBytes(StandardCharsets.US_ASCII),
                then);
    }

    /** Where it listens. */
    public int port() {
        return server.getLocalPort();
    }

    private void greet(byte[] greeting, Then then) {
        try {
            while (true) {
                Socket client = server.accept();
                clients.add(client);
                client.getOutputStream().write(greeting);
                then.with(client);
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
