package io.valise.ipc.loopback.connect;

import io.valise.ipc.loopback.endpoint.EndpointFile;
import io.valise.ipc.spi.secret.Handshake;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** A client made of a plain socket, which can send what no link would. */
public final class RawClient implements AutoCloseable {
    private final EndpointFile server;
    private final Socket socket;

    private RawClient(EndpointFile server) throws IOException {
        this.server = server;
        this.socket = new Socket(Loopback.V4.address(), server.port());
        socket.setTcpNoDelay(true);
    }

    /** Connects and says nothing. */
    public static RawClient connect(String name) throws IOException {
        return new RawClient(EndpointFile.files().read(name).orElseThrow());
    }

    /** Connects and proves that it knows the secret. */
    public static RawClient authenticated(String name) throws IOException {
        RawClient client = connect(name);
        client.shakeHands();
        return client;
    }

    private void shakeHands() throws IOException {
        Handshake handshake = Handshake.client(
                server.secret(),
                Loopback.context(server.name(), (InetSocketAddress) socket.getLocalSocketAddress(), (InetSocketAddress)
                        socket.getRemoteSocketAddress()));
        ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_MESSAGE);
        handshake.begin(out::put);
        boolean complete = false;
        while (!complete) {
            socket.getOutputStream().write(out.array(), 0, out.position());
            byte[] one = socket.getInputStream().readNBytes(1);
            complete = handshake.advance(ByteBuffer.wrap(one), out.clear()::put);
        }
    }

    /** Sends bytes as they are. */
    public void send(byte... bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Sends a frame with its length before it. */
    public void sendFrame(byte... frame) throws IOException {
        send(ByteBuffer.allocate(4 + frame.length)
                .putInt(frame.length)
                .put(frame)
                .array());
    }

    /** Receives exactly so many bytes, fewer at the end. */
    public byte[] receive(int count) throws IOException {
        return socket.getInputStream().readNBytes(count);
    }

    /** Waits until the server hangs up; returns what it said before. */
    public byte[] receiveToEnd() throws IOException {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(heard);
        } catch (SocketException reset) {
            // Closing while the peer sends resets the connection: an end as well.
            return heard.toByteArray();
        }
        return heard.toByteArray();
    }

    /** Ends the stream, as a process that exits in good order does. */
    public void hangUp() throws IOException {
        socket.shutdownOutput();
    }

    /** Resets the connection, as a kernel does for a process that died with unread input. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
