package io.valise.ipc.nats;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** One connection that a {@link TcpRelay} carries: two threads for each direction. Thread-safe. */
final class RelayedConnection implements AutoCloseable {
    private static final int MOST_BYTES = 4 << 10;
    private static final int MOST_PIECES = 256;

    private final Socket client;
    private final Socket broker;
    private final TcpRelay relay;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    /** What was read at once, and when. */
    private static final class Piece {
        final byte[] bytes;
        final long arrived = System.nanoTime();

        Piece(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /** One step of a direction, again and again until it throws. */
    @FunctionalInterface
    private interface Step {
        void take() throws IOException, InterruptedException;
    }

    RelayedConnection(Socket client, Socket broker, TcpRelay relay) {
        this.client = client;
        this.broker = broker;
        this.relay = relay;
    }

    void start() {
        direction(client, broker);
        direction(broker, client);
        threads.forEach(Thread::start);
    }

    private void direction(Socket from, Socket to) {
        BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(MOST_PIECES);
        byte[] buffer = new byte[MOST_BYTES];
        thread(() -> {
            int count = from.getInputStream().read(buffer);
            if (count < 0) {
                throw new IOException("the end");
            }
            pieces.put(new Piece(Arrays.copyOf(buffer, count)));
        });
        long[] inUseUntil = {System.nanoTime()};
        thread(() -> {
            Piece piece = pieces.take();
            inUseUntil[0] = relay.awaitTurn(piece.arrived, inUseUntil[0], piece.bytes.length);
            to.getOutputStream().write(piece.bytes);
        });
    }

    private void thread(Step step) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (true) {
                            step.take();
                        }
                    } catch (IOException | InterruptedException ended) {
                        close(); // the other direction, and the other half of this one
                    }
                },
                "relay");
        thread.setDaemon(true);
        threads.add(thread);
    }

    /** Resets both ends. */
    @Override
    public synchronized void close() {
        relay.ended(this);
        threads.forEach(Thread::interrupt);
        reset(client);
        reset(broker);
    }

    private static void reset(Socket socket) {
        try (socket) {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
        } catch (SocketException alreadyReset) {
            // the other end was first
        } catch (IOException e) {
            throw new UncheckedIOException("a relayed connection is not closed", e);
        }
    }
}
