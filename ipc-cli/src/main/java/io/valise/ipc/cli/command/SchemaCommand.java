package io.valise.ipc.cli.command;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.cli.option.CommandFailure;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.Connecting;
import io.valise.ipc.cli.schema.JsonSchema;
import io.valise.ipc.cli.schema.SchemaText;
import io.valise.ipc.cli.schema.TypeScript;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.spi.schema.Schema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ipc schema}: what a server offers, with its types. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(name = "schema", description = "Prints the services, streams and events of a server, and their types.")
final class SchemaCommand implements Callable<Integer> {
    private static final String SERVICE = "valise.schema";

    @Mixin
    private CommonOptions common;

    @Mixin
    private Connecting connecting;

    @Option(names = "--json-schema", description = "Print JSON Schema 2020-12, of messages as `ipc call` prints them.")
    private boolean jsonSchema;

    @Option(names = "--typescript", description = "Print types for the Node client @valise/ipc.")
    private boolean typeScript;

    @Override
    public Integer call() {
        if (jsonSchema && typeScript) {
            throw common.usageError("--json-schema, --typescript: give one of them");
        }
        try (IpcConnection server = connecting.connect()) {
            String endpoint = server.endpoint().toString();
            Schema schema = read(answer(server, endpoint), endpoint);
            if (jsonSchema) {
                common.out().println(ValueSetJson.writeIndented(json(schema, endpoint)));
            } else if (typeScript) {
                TypeScript.of(schema, endpoint).forEach(common.out()::println);
            } else {
                SchemaText.print(schema, common.out());
            }
        }
        return 0;
    }

    private static ValueSet answer(IpcConnection server, String endpoint) {
        try {
            return server.request(SERVICE, ValueSet.empty());
        } catch (IpcException e) {
            if (e.status() == IpcStatus.SERVICE_NOT_FOUND) {
                throw new CommandFailure(endpoint + " does not answer " + SERVICE
                        + ", as servers of older versions and in some languages do not;"
                        + " `ipc list` shows the names of its services");
            }
            throw e;
        }
    }

    private static Schema read(ValueSet answer, String endpoint) {
        try {
            return answer.to(Schema.class);
        } catch (IpcException e) {
            throw new CommandFailure(endpoint + " answers " + SERVICE + " with what is no schema: " + e.reason()
                    + "; is it a newer version?");
        }
    }

    private static ValueSet json(Schema schema, String endpoint) {
        try {
            return JsonSchema.of(schema, endpoint);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(endpoint + ": its schema cannot be JSON Schema: " + e.getMessage()
                    + "; print it without --json-schema");
        }
    }
}
