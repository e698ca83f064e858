package io.valise.ipc.benchmarks.trace;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.benchmarks.contender.Quotes;

/** The program that {@link RequestTrace} runs: a server and a client over {@code shm:} in one JVM. */
public final class TracedProgram {
    static final int TRACED_REQUESTS = 5;

    private static final int REQUESTS_TO_WARM_UP = 2_000;

    private TracedProgram() {}

    /** Sends the requests. */
    public static void main(String[] args) {
        String address = "shm:request-trace-" + ProcessHandle.current().pid();
        try (IpcServer server = IpcServer.builder(address)
                        .waitStrategy(WaitStrategy.spinning())
                        .service("quote", request -> request.message())
                        .start();
                IpcConnection connection = IpcClient.builder(server.endpoints().get(0))
                        .waitStrategy(WaitStrategy.spinning())
                        .connect()) {
            ValueSet quote = Quotes.valueSet();
            for (int i = 0; i < REQUESTS_TO_WARM_UP; i++) {
                connection.request("quote", quote);
            }
            for (int i = 0; i < TRACED_REQUESTS; i++) {
                begin();
                connection.request("quote", quote);
                end();
            }
        }
    }

    /** The tracer sets a breakpoint here. */
    private static void begin() {}

    /** The tracer sets a breakpoint here. */
    private static void end() {}
}
