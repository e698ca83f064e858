package io.valise.ipc.cli;

import io.valise.ipc.services.launch.HelperProcess;

/** A helper that connects and leaves. */
final class ShortHelper {
    private ShortHelper() {}

    public static void main(String[] arguments) {
        HelperProcess.connect(helper -> {}).close();
    }
}
