package io.valise.ipc.spi.runtime;

import io.valise.ipc.IpcException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/** A process of another user that tries both sides: a client of our server, and a server where we would connect. */
final class OtherUserProgram {
    private OtherUserProgram() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        System.out.println("mine: " + connectRaw(folder.resolve("mine")));
        System.out.println("mine: " + connect(folder));
        Path theirs = folder.resolve("theirs");
        try (ServerSocketChannel impostor = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            impostor.bind(UnixDomainSocketAddress.of(theirs));
            Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString("rwxrwxrwx"));
            System.out.println("bound");
            int told = System.in.read();
            Files.delete(theirs);
            Files.delete(RuntimeDirectory.current().path());
            System.out.println(told < 0 ? "left alone" : "removed");
        }
    }

    private static String connectRaw(Path path) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return channel.read(ByteBuffer.allocate(1)) < 0 ? "ended without a byte" : "got data";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String connect(Path folder) throws IOException {
        try (SocketChannel channel = UnixSockets.connect(folder, "mine", TimeUnit.SECONDS.toNanos(5))) {
            return "connected " + channel;
        } catch (IpcException e) {
            return e.status().name();
        }
    }
}
