package io.valise.ipc.services.catalog;

import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.TestHome;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicInteger;

/** A server over {@code pipe:} that is written by docs/protocol.md and answers every request with the same bytes. */
final class ForeignServer implements AutoCloseable {
    private static final int HELLO = 1;
    private static final int WELCOME = 2;
    private static final int REQUEST = 3;
    private static final int REPLY = 4;
    private static final byte[] GARBAGE = {(byte) 0xff, 0, 1};

    private final ServerSocketChannel socket;
    private final Path path;
    private final byte[] answer;
    private final Until until;
    private final AtomicInteger asked = new AtomicInteger();

    /** What is waited for before anything is answered. */
    interface Until {
        /** Returns when the client may be welcomed, or be answered. */
        void mayAnswer(boolean request) throws InterruptedException;
    }

    private ForeignServer(ServerSocketChannel socket, Path path, byte[] answer, Until until) {
        this.socket = socket;
        this.path = path;
        this.answer = answer;
        this.until = until;
        start("foreign-server", this::accept);
    }

    static ForeignServer at(String name, ValueSet answer) throws IOException {
        return open(name, answer.toCbor(), request -> {});
    }

    /** One whose answers are no CBOR. */
    static ForeignServer garbage(String name) throws IOException {
        return open(name, GARBAGE, request -> {});
    }

    /** One that welcomes and answers when it may. */
    static ForeignServer waiting(String name, Until until) throws IOException {
        return open(name, ValueSet.of("application", name).toCbor(), until);
    }

    private static ForeignServer open(String name, byte[] answer, Until until) throws IOException {
        Path path = TestHome.current().resolve("pipe").resolve(name);
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        return new ForeignServer(socket, path, answer, until);
    }

    /** How many requests it has answered. */
    int asked() {
        return asked.get();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = socket.accept();
                start("foreign-connection", () -> serve(client));
            }
        } catch (ClosedChannelException closed) {
            // the test is over
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(client));
            DataOutputStream out = new DataOutputStream(Channels.newOutputStream(client));
            while (true) {
                ByteBuffer frame = ByteBuffer.wrap(in.readNBytes(in.readInt()));
                int kind = frame.get();
                long id = frame.getLong(4);
                if (kind == HELLO || kind == REQUEST) {
                    until.mayAnswer(kind == REQUEST);
                }
                if (kind == HELLO) {
                    byte[] welcome =
                            ValueSet.of("pid", 1, "application", "foreign").toCbor();
                    out.write(frame(
                            WELCOME,
                            id,
                            ByteBuffer.allocate(2 + welcome.length)
                                    .putShort((short) 1)
                                    .put(welcome)
                                    .array()));
                } else if (kind == REQUEST) {
                    asked.incrementAndGet();
                    out.write(frame(REPLY, id, answer));
                }
            }
        } catch (EOFException left) {
            // the client has what it wanted
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] frame(int kind, long id, byte[] body) {
        return ByteBuffer.allocate(4 + 12 + body.length)
                .putInt(12 + body.length)
                .put((byte) kind)
                .put((byte) 0)
                .putShort((short) 0)
                .putLong(id)
                .put(body)
                .array();
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        Files.delete(path);
    }
}
