package io.valise.ipc.cli;

import picocli.CommandLine.Option;

/** Whether a command prints JSON, for programs, instead of text for people. Confined to one thread. */
final class JsonLine {
    @Option(names = "--json", description = "Print one line of JSON.")
    private boolean asked;

    boolean isAsked() {
        return asked;
    }
}
