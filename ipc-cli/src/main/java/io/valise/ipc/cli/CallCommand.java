package io.valise.ipc.cli;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.JsonFault;
import io.valise.ipc.services.json.ValueSetJson;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc call}: one request, its reply as JSON. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(name = "call", description = "Calls a service and prints its reply as JSON.")
final class CallCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Mixin
    private Connecting connecting;

    @Parameters(index = "1", paramLabel = "SERVICE", description = "The service, such as echo or valise.info.")
    private String service;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "JSON",
            defaultValue = "{}",
            description = MessageArgument.DESCRIPTION)
    private String message;

    @Option(names = "--json", description = "Print the reply on one line.")
    private boolean json;

    @Option(
            names = "--typed",
            description = "Mark values whose type JSON cannot say: {\"$$type\": \"uuid\", \"value\": \"…\"}.")
    private boolean typed;

    @Override
    public Integer call() throws JsonFault {
        ValueSet request = MessageArgument.read(message, System.in);
        try (IpcConnection connection = connecting.connect()) {
            common.out().println(text(connection.request(service, request)));
        }
        return 0;
    }

    private String text(ValueSet reply) {
        if (typed) {
            return ValueSetJson.writeTyped(reply, !json);
        }
        return json ? ValueSetJson.write(reply) : ValueSetJson.writeIndented(reply);
    }
}
