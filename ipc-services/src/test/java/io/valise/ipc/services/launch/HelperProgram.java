package io.valise.ipc.services.launch;

import io.valise.ipc.ValueSet;

/** A helper that doubles numbers until its launcher is gone. */
final class HelperProgram {
    private HelperProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        System.out.println("a helper may print what it likes");
        HelperProcess.serve(helper -> helper.service(
                "double", request -> ValueSet.of("number", 2 * request.message().getInt("number"))));
    }
}
