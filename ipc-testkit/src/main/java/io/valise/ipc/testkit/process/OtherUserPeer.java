package io.valise.ipc.testkit.process;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.spi.Transport;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The program of {@link OtherUser}: on command it tries to connect, and prepares directories and sockets as an attacker
 * would.
 *
 * @since 0.1.0
 */
public final class OtherUserPeer implements CommandLoop.Commands {
    private final Transport transport;
    private final List<ServerSocketChannel> traps = new ArrayList<>();

    private OtherUserPeer(Transport transport) {
        this.transport = transport;
    }

    /** Runs it; the argument is the class name of the transport. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        CommandLoop.runOver(arguments[0], OtherUserPeer::new);
    }

    @Override
    public @Nullable String run(String command, List<String> arguments) throws Exception {
        return switch (command) {
            case "connect" -> connect(arguments.get(0));
            case "read" -> read(Path.of(arguments.get(0)));
            case "raw" -> raw(Path.of(arguments.get(0)));
            case "bind" -> bind(Path.of(arguments.get(0)));
            case "claim" -> claim(Path.of(arguments.get(0)));
            case "link" -> link(Path.of(arguments.get(0)), Path.of(arguments.get(1)));
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private String connect(String address) {
        try (IpcConnection connection = IpcClient.builder(address)
                .transport(transport)
                .connectTimeout(Duration.ofSeconds(10))
                .connect()) {
            return "connected " + connection.peer();
        } catch (IpcException e) {
            return e.status().name();
        }
    }

    private static String read(Path file) throws IOException {
        try {
            return "read " + Files.readAllBytes(file).length;
        } catch (AccessDeniedException e) {
            return "denied";
        }
    }

    /** Connects to a domain socket without the handshake. */
    private static String raw(Path socket) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return channel.read(ByteBuffer.allocate(1)) < 0 ? "ended without a byte" : "got data";
        } catch (IOException e) {
            return "denied";
        }
    }

    private String bind(Path socket) {
        try {
            ServerSocketChannel trap = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            traps.add(trap);
            trap.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
            return "bound";
        } catch (IOException e) {
            return "denied";
        }
    }

    private static @Nullable String claim(Path directory) throws IOException {
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return null;
    }

    private static @Nullable String link(Path from, Path to) throws IOException {
        Files.createSymbolicLink(from, to);
        return null;
    }
}
