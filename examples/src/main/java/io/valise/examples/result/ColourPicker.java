package io.valise.examples.result;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.launch.ResultTarget;

/** A target that picks a colour. */
public final class ColourPicker {
    private ColourPicker() {}

    /** The program that targets/pick-colour.json declares. */
    public static void main(String[] arguments) {
        try (ResultTarget target = ResultTarget.open()) {
            String title = target.input().getString("title");
            target.report(ValueSet.of("colour", title.equals("Background") ? "white" : "black"));
        }
    }
}
