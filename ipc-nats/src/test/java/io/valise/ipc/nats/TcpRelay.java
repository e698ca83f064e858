package io.valise.ipc.nats;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A bad network between a process and a broker: it carries TCP connections to a port of 127.0.0.1, as late, as slowly or as little
 * as a test asks for. It holds 1 MiB itself in each direction. Thread-safe.
 */
final class TcpRelay implements AutoCloseable {
    private static final int HELD = 64 << 10;

    private final int port;
    private final ServerSocket server;
    private final Set<RelayedConnection> open = ConcurrentHashMap.newKeySet();
    private long delayNanos; // guarded by this, as what follows is
    private long bytesASecond = Long.MAX_VALUE;
    private boolean stalled;

    private TcpRelay(int port, ServerSocket server) {
        this.port = port;
        this.server = server;
    }

    /** Begins to carry everything to that broker and back, as it comes. */
    static TcpRelay to(NatsServer broker) {
        try {
            ServerSocket server = new ServerSocket();
            server.setReceiveBufferSize(HELD);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            TcpRelay relay = new TcpRelay(broker.port(), server);
            Thread accepting = new Thread(relay::accept, "relay");
            accepting.setDaemon(true);
            accepting.start();
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException("no relay", e);
        }
    }

    /** Carries one connection to a port, as it comes, until it ends. */
    static void carry(Socket client, int port) throws IOException {
        try (ServerSocket unbound = new ServerSocket()) {
            new RelayedConnection(client, connected(port), new TcpRelay(port, unbound)).start();
        }
    }

    private static Socket connected(int port) throws IOException {
        Socket broker = new Socket();
        boolean done = false;
        try {
            broker.setReceiveBufferSize(HELD);
            broker.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            done = true;
        } finally {
            if (!done) {
                broker.close();
            }
        }
        return broker;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                open(server.accept());
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException("the relay takes no connections", e);
                }
            }
        }
    }

    /** A broker that is not there refuses this client, and no other. */
    private void open(Socket client) throws IOException {
        RelayedConnection connection;
        try {
            connection = new RelayedConnection(client, connected(port), this);
        } catch (IOException refused) {
            client.close();
            return;
        }
        open.add(connection);
        connection.start();
        if (server.isClosed()) { // it was closed while the broker was asked
            connection.close();
        }
    }

    /** Where a process reaches the broker by this. */
    String url() {
        return "nats://127.0.0.1:" + server.getLocalPort();
    }

    NatsTransport transport() {
        return new NatsTransport(NatsOptions.builder(url()).build());
    }

    /** Delivers everything so much later, in each direction. */
    synchronized void delay(Duration each) {
        delayNanos = each.toNanos();
    }

    /** Carries no more than that in each direction of each connection. */
    synchronized void throttle(long bytes) {
        bytesASecond = bytes;
    }

    /** Carries nothing, and keeps all connections. */
    synchronized void stall() {
        stalled = true;
    }

    /** Carries on after {@link #stall}. */
    synchronized void goOn() {
        stalled = false;
        notifyAll();
    }

    /** Ends all connections as a loss: what is on its way is gone. New ones are carried. */
    void cut() {
        open.forEach(RelayedConnection::close); // each leaves by itself
    }

    /** Waits until it is time to deliver something; returns until when the direction is in use. */
    synchronized long awaitTurn(long arrived, long inUseUntil, int bytes) throws InterruptedException {
        long transmitting = bytesASecond == Long.MAX_VALUE
                ? 0
                : bytes * Duration.ofSeconds(1).toNanos() / bytesASecond;
        long transmitted = Math.max(arrived, inUseUntil) + transmitting;
        long due = transmitted + delayNanos;
        long left = due - System.nanoTime();
        while (stalled || left > 0) {
            wait(stalled ? 0 : Math.max(1, Duration.ofNanos(left).toMillis()));
            left = due - System.nanoTime();
        }
        return transmitted;
    }

    void ended(RelayedConnection connection) {
        open.remove(connection);
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
