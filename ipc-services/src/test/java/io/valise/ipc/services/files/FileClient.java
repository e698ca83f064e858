package io.valise.ipc.services.files;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** A client process: started with an address, it redeems tokens on command. */
final class FileClient implements CommandLoop.Commands {
    private final IpcConnection connection;
    private @Nullable SharedFile begun;

    private FileClient(IpcConnection connection) {
        this.connection = connection;
    }

    public static void main(String[] arguments) {
        CommandLoop.run(new FileClient(IpcClient.connect(arguments[0])));
    }

    @Override
    public String run(String command, List<String> arguments) throws Exception {
        return switch (command) {
            case "redeem" -> redeem(arguments.get(0));
            case "begin" -> begin(arguments.get(0));
            case "atOnce" -> atOnce(arguments.get(0));
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    /** The bytes and their sum, or why there are none. */
    private String redeem(String token) throws IOException {
        try (SharedFile file = SharedFiles.redeem(connection, token)) {
            CRC32 sum = new CRC32();
            ByteBuffer buffer = ByteBuffer.allocate(256 * 1024);
            long bytes = 0;
            for (int read = file.read(buffer); read >= 0; read = file.read(buffer)) {
                sum.update(buffer.flip());
                buffer.clear();
                bytes += read;
            }
            return bytes + " " + sum.getValue();
        } catch (IpcException e) {
            return e.status().name();
        }
    }

    /** Begins to read and never goes on. */
    private String begin(String token) throws IOException {
        begun = SharedFiles.redeem(connection, token);
        return String.valueOf(begun.read(ByteBuffer.allocate(1000)));
    }

    /** Says so before it redeems: two processes that do are at it together. */
    private String atOnce(String token) throws IOException {
        CommandLoop.say("ready");
        return redeem(token);
    }
}
