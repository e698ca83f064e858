package io.valise.ipc.services.launch;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;

/** A helper that doubles numbers until its launcher is gone. */
final class HelperProgram {
    private HelperProgram() {}

    /** An argument is the application of {@code acme} that it belongs to. */
    public static void main(String[] arguments) throws InterruptedException {
        System.out.println("a helper may print what it likes");
        if (arguments.length == 0) {
            HelperProcess.serve(HelperProgram::offer);
            return;
        }
        try {
            HelperProcess.serve(AppIdentity.open("acme", arguments[0]), HelperProgram::offer);
        } catch (IpcException e) {
            System.out.println(e.getMessage());
            System.exit(3);
        }
    }

    private static void offer(IpcClient.Builder helper) {
        helper.service(
                "double", request -> ValueSet.of("number", 2 * request.message().getInt("number")));
    }
}
