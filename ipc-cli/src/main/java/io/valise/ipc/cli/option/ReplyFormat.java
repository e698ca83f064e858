package io.valise.ipc.cli.option;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.ValueSetJson;
import picocli.CommandLine.Option;

/** How a reply is printed. Confined to one thread. */
public final class ReplyFormat {
    @Option(names = "--json", description = "Print the reply on one line.")
    private boolean json;

    @Option(
            names = "--typed",
            description = "Mark values whose type JSON cannot say: {\"$$type\": \"uuid\", \"value\": \"…\"}.")
    private boolean typed;

    public String text(ValueSet reply) {
        if (typed) {
            return ValueSetJson.writeTyped(reply, !json);
        }
        return json ? ValueSetJson.write(reply) : ValueSetJson.writeIndented(reply);
    }
}
