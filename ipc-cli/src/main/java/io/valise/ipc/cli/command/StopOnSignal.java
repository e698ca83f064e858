package io.valise.ipc.cli.command;

import io.valise.ipc.IpcServer;
import java.time.Duration;

/** Closes a server, and ends this process with status 0, when it is interrupted or terminated. Thread-safe. */
final class StopOnSignal {
    private final Thread hook;

    private StopOnSignal(Thread hook) {
        this.hook = hook;
    }

    static StopOnSignal stopping(IpcServer server, Duration grace) {
        Thread hook = new Thread(
                () -> {
                    server.shutdown(grace);
                    // A process that a signal ends has the signal's status; for one that serves until a signal, that is
                    // success.
                    Runtime.getRuntime().halt(0);
                },
                "ipc-stop-on-signal");
        Runtime.getRuntime().addShutdownHook(hook);
        return new StopOnSignal(hook);
    }

    /** The server has ended in another way. */
    void cancel() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            awaitHalt(); // the hook runs, and ends the process
        }
    }

    private void awaitHalt() {
        try {
            hook.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
