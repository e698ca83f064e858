package io.valise.ipc.services.hosting;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.CommandLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** A client process that has its server started; it answers with the server's pid. */
final class ClientProgram {
    private static final Deque<IpcConnection> OPEN = new ArrayDeque<>();

    private ClientProgram() {}

    public static void main(String[] arguments) {
        CommandLoop.run(ClientProgram::run);
    }

    private static String run(String command, List<String> arguments) {
        if (command.equals("connect")) {
            OPEN.push(IpcClient.builder(arguments.get(0))
                    .startIfAbsent(true)
                    .connectTimeout(Duration.ofSeconds(40))
                    .connect());
            return String.valueOf(
                    OPEN.element().request("pid", ValueSet.empty()).getLong("pid"));
        }
        OPEN.pop().close();
        return "";
    }
}
