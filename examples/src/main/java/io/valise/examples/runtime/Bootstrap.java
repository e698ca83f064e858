package io.valise.examples.runtime;

import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.runtime.VersionRange;
import java.util.Set;

/** A program that checks what it runs on before it does anything else. */
public final class Bootstrap {
    private Bootstrap() {}

    /** Initialises the runtime and prints what was found. */
    public static void main(String[] arguments) {
        VersionRange ours = VersionRange.parse("[0.2,0.3)");
        try (IpcRuntime runtime = IpcRuntime.initialize(ours, Set.of(IpcRuntime.Option.ON_ERROR_FAIL_FAST))) {
            runtime.findings().transports().forEach(transport -> System.out.println(transport.name()));
        }
    }
}
