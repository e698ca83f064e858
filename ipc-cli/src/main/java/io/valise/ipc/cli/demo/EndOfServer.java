package io.valise.ipc.cli.demo;

import io.valise.ipc.IpcStatus;

/**
 * How the server ends while a call is pending. Immutable.
 *
 * @param step what is done
 * @param end does it
 * @param status what the call must end with
 */
record EndOfServer(String step, Runnable end, IpcStatus status) {
    /** SIGKILL, or the system's equivalent. */
    static EndOfServer kill(ProcessHandle server) {
        return new EndOfServer("kill -9 of the server", server::destroyForcibly, IpcStatus.PEER_DIED);
    }

    /** For a server in this process. */
    static EndOfServer close(AutoCloseable server) {
        return new EndOfServer("close of the server", () -> closeQuietly(server), IpcStatus.CONNECTION_CLOSED);
    }

    private static void closeQuietly(AutoCloseable server) {
        try {
            server.close();
        } catch (Exception e) {
            throw new IllegalStateException("the server does not close", e);
        }
    }
}
