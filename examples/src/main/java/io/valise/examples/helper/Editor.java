package io.valise.examples.helper;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.launch.HelperLauncher;
import io.valise.ipc.services.launch.LaunchResult;
import io.valise.ipc.services.launch.RunningHelper;

/** An application that has its spelling checked by a helper. */
public final class Editor {
    private Editor() {}

    /** Launches the helper, calls it, and ends it. */
    public static void main(String[] arguments) {
        AppIdentity editor = AppIdentity.open("acme", "editor");
        LaunchResult result = HelperLauncher.of(editor).launch("spelling"); // the editor's manifest declares it
        if (result.launched().isEmpty()) {
            System.out.println(result.status() + ": " + result.detail());
            return;
        }
        try (RunningHelper helper = result.helper()) { // it is connected already
            System.out.println(helper.connection().request("check", ValueSet.of("text", "helo world")));
        }
    }
}
