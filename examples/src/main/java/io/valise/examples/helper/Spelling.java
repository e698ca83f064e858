package io.valise.examples.helper;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.launch.HelperProcess;

/** A helper that checks spelling until its launcher is gone. */
public final class Spelling {
    private Spelling() {}

    /** The program that the manifest declares for the group "spelling". */
    public static void main(String[] arguments) throws InterruptedException {
        AppIdentity editor = AppIdentity.open("acme", "editor"); // whose helper it is
        HelperProcess.serve(
                editor,
                helper -> helper.service("check", request -> {
                    String text = request.message().getString("text");
                    return ValueSet.of("mistakes", text.contains("helo") ? 1 : 0);
                }));
    }
}
