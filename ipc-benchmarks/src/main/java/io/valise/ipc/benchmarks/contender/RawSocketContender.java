package io.valise.ipc.benchmarks.contender;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * As many bytes as the message of the workload over a blocking socket of the JDK, without encoding, header or dispatch:
 * the minimal cost of operating system and JDK.
 *
 * @param kind which socket
 */
record RawSocketContender(Kind kind) implements Contender {
    /** The bytes of the quote of eight fields in CBOR, which the others send too. */
    static final int QUOTE_BYTES = Quotes.valueSet().toCbor().length;

    /** Which socket. */
    enum Kind {
        UDS,
        TCP
    }

    static int requestBytes(Workload workload) {
        return workload == Workload.QUOTE ? QUOTE_BYTES : Workload.UPLOAD_BYTES;
    }

    static int answerBytes(Workload workload) {
        return workload == Workload.QUOTE ? QUOTE_BYTES : Long.BYTES;
    }

    /** A thread accepts, and each connection has a thread that answers. */
    @Override
    public Served serve(Workload workload) throws IOException {
        ServerSocketChannel listening =
                ServerSocketChannel.open(kind == Kind.UDS ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET);
        listening.bind(kind == Kind.UDS ? freshPath() : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SocketAddress address = listening.getLocalAddress();
        start("accept", () -> accept(listening, workload));
        return Contender.served(textOf(address), () -> {
            listening.close();
            remove(address);
        });
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static SocketAddress freshPath() throws IOException {
        Path folder = Files.createTempDirectory("bench");
        return UnixDomainSocketAddress.of(folder.resolve("socket"));
    }

    private static String textOf(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? Integer.toString(inet.getPort()) : address.toString();
    }

    private static void accept(ServerSocketChannel listening, Workload workload) {
        try {
            while (true) {
                SocketChannel channel = listening.accept();
                start("echo", () -> echo(channel, workload));
            }
        } catch (IOException e) {
            if (listening.isOpen()) {
                throw new IllegalStateException("cannot accept any more clients", e);
            }
        }
    }

    private static void echo(SocketChannel accepted, Workload workload) {
        try (SocketChannel channel = accepted) {
            prepare(channel);
            ByteBuffer request = ByteBuffer.allocateDirect(requestBytes(workload));
            ByteBuffer answer = ByteBuffer.allocateDirect(answerBytes(workload));
            while (read(channel, request)) {
                write(channel, answer);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the echo ended", e);
        }
    }

    private static void remove(SocketAddress address) throws IOException {
        if (address instanceof UnixDomainSocketAddress unix) {
            Files.delete(unix.getPath());
            Files.delete(Objects.requireNonNull(unix.getPath().getParent()));
        }
    }

    private static void prepare(SocketChannel channel) throws IOException {
        if (channel.getLocalAddress() instanceof InetSocketAddress) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    private static boolean read(SocketChannel channel, ByteBuffer buffer) throws IOException {
        buffer.clear();
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    private static void write(SocketChannel channel, ByteBuffer buffer) throws IOException {
        buffer.clear();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public Caller connect(Workload workload, String address) throws IOException {
        SocketChannel channel = SocketChannel.open(
                kind == Kind.UDS
                        ? UnixDomainSocketAddress.of(address)
                        : new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(address)));
        prepare(channel);
        ByteBuffer request = ByteBuffer.allocateDirect(requestBytes(workload));
        ByteBuffer answer = ByteBuffer.allocateDirect(answerBytes(workload));
        return new RawCaller(channel, request, answer);
    }

    private record RawCaller(SocketChannel channel, ByteBuffer request, ByteBuffer answer) implements Caller {
        @Override
        public double call() throws IOException {
            write(channel, request);
            if (!read(channel, answer)) {
                throw new IOException("the echo closed the connection");
            }
            return answer.getLong(0);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
