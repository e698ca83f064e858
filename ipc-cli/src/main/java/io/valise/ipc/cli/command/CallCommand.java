package io.valise.ipc.cli.command;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.Connecting;
import io.valise.ipc.cli.option.MessageArgument;
import io.valise.ipc.cli.option.ReplyFormat;
import io.valise.ipc.services.json.JsonFault;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ipc call}: one request, its reply as JSON. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(name = "call", description = "Calls a service and prints its reply as JSON.")
final class CallCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Mixin
    private Connecting connecting;

    @Mixin
    private ReplyFormat format;

    @Parameters(index = "1", paramLabel = "SERVICE", description = "The service, such as echo or valise.info.")
    private String service;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            defaultValue = "{}",
            description = MessageArgument.DESCRIPTION)
    private String message;

    @Override
    public Integer call() throws JsonFault {
        ValueSet request = MessageArgument.read(message, System.in);
        try (IpcConnection connection = connecting.connect()) {
            common.out().println(format.text(connection.request(service, request)));
        }
        return 0;
    }
}
