package io.valise.ipc.cli.option;

import picocli.CommandLine.Option;

/** Whether a command prints JSON, for programs, instead of text for people. Confined to one thread. */
public final class JsonLine {
    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean asked;

    public boolean isAsked() {
        return asked;
    }
}
