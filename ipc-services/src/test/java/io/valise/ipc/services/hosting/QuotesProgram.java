package io.valise.ipc.services.hosting;

import io.valise.ipc.ValueSet;
import java.util.concurrent.CompletableFuture;

/** The program of an app service. It serves under the name that it is given, and says which process it is. */
final class QuotesProgram {
    private QuotesProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        AppServiceHost.run(arguments[0], service());
    }

    static AppService service() {
        return server -> server.service("pid", request -> pid())
                .asyncService("later", request -> CompletableFuture.supplyAsync(QuotesProgram::pid));
    }

    private static ValueSet pid() {
        return ValueSet.of("pid", ProcessHandle.current().pid());
    }
}
