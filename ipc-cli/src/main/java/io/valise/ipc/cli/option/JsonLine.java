package io.valise.ipc.cli.option;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.ValueSetJson;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whether a command prints JSON, for programs, instead of text for people. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class JsonLine {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean asked;

    public boolean isAsked() {
        return asked;
    }

    /** Prints an object. */
    public void print(ValueSet object) {
        command.commandLine().getOut().println(ValueSetJson.write(object));
    }

    /** Prints an object with one member, a list. */
    public <T> void print(String member, List<T> all, Function<T, ValueSet> toValueSet) {
        print(ValueSet.of(member, all.stream().map(toValueSet).toList()));
    }
}
