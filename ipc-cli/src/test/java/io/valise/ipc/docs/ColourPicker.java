package io.valise.ipc.docs;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.launch.ResultTarget;

/** The target {@code pick-colour} of docs/cli.md, whose user always picks the same. */
final class ColourPicker {
    private ColourPicker() {}

    public static void main(String[] arguments) {
        try (ResultTarget target = ResultTarget.open()) {
            target.report(ValueSet.of("colour", target.input().contains("title") ? "white" : "none"));
        }
    }
}
