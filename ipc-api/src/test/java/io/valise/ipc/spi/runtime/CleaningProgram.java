package io.valise.ipc.spi.runtime;

import io.valise.ipc.IpcException;

/** A process that cleans the runtime directory up, and says what came of it. */
final class CleaningProgram {
    private CleaningProgram() {}

    public static void main(String[] arguments) {
        try {
            System.out.println(RuntimeDirectory.current().clean());
        } catch (IpcException e) {
            System.out.println(e.getMessage());
        }
    }
}
