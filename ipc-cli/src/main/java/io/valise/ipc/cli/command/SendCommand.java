package io.valise.ipc.cli.command;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.Connecting;
import io.valise.ipc.cli.option.MessageArgument;
import io.valise.ipc.services.json.JsonFault;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ipc send}: one event, which has no reply. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(name = "send", description = "Sends an event; nothing comes back, not even whether a handler received it.")
final class SendCommand implements Callable<Integer> {
    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli adds its options
    private CommonOptions common;

    @Mixin
    private Connecting connecting;

    @Parameters(index = "1", paramLabel = "EVENT", description = "The name of the event.")
    private String event;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            defaultValue = "{}",
            description = MessageArgument.DESCRIPTION)
    private String message;

    @Override
    public Integer call() throws JsonFault {
        ValueSet body = MessageArgument.read(message, System.in);
        try (IpcConnection connection = connecting.connect()) {
            connection.send(event, body);
            awaitTaken(connection);
        }
        return 0;
    }

    /** Frames keep their order: any reply shows that the event was read before it. */
    private static void awaitTaken(IpcConnection connection) {
        try {
            connection.request("valise.ping", ValueSet.empty());
        } catch (IpcException e) {
            if (e.status() != IpcStatus.ACCESS_DENIED) {
                throw e;
            }
        }
    }
}
