package io.valise.ipc.services.recording;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.flow.AllItems;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.util.stream.Collectors;

/** A client process that records the calls that it makes to an address. */
final class RecordedClient {
    private static final ValueSet MESSAGE = ValueSet.of("n", 1);

    private RecordedClient() {}

    public static void main(String[] arguments) {
        CommandLoop.run((command, words) -> calls(arguments[0]));
    }

    /** Makes calls of all kinds; returns the events of them. */
    private static String calls(String address) throws IOException {
        Recorded recorded = Recorded.begin("Call");
        try (IpcConnection connection = IpcClient.connect(address)) {
            connection.request("echo", MESSAGE);
            connection.requestAsync("echo", MESSAGE).join();
            try {
                connection.request("denied", MESSAGE);
            } catch (IpcException expected) {
                CommandLoop.say(expected.status().name());
            }
            AllItems.of(connection.stream("items", MESSAGE)).join();
            connection.send("told", MESSAGE);
        }
        return recorded.end(5).stream().map(Recorded::call).collect(Collectors.joining("; "));
    }
}
