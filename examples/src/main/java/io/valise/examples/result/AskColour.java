package io.valise.examples.result;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.launch.ResultLauncher;

/** A program that has the user pick a colour in another. */
public final class AskColour {
    private AskColour() {}

    /** Launches the target and prints what it reports. */
    public static void main(String[] arguments) {
        ResultLauncher.launchForResult("pick-colour", ValueSet.of("title", "Background"))
                .thenAccept(result -> System.out.println(result.getString("colour")))
                .join();
    }
}
