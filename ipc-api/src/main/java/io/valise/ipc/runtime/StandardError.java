package io.valise.ipc.runtime;

/**
 * Standard error: where this library tells a user what an option of {@link IpcRuntime} asks it to tell. It prints nothing
 * else anywhere. Stateless.
 */
final class StandardError {
    private StandardError() {}

    static void print(String message) {
        System.err.println("valise: " + message);
    }
}
