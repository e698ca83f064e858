package io.valise.ipc.services.hosting;

/**
 * How many processes of a service there are.
 *
 * @since 0.1.0
 */
public enum InstanceMode {
    /** One for all clients. */
    SHARED,
    /** One for each connection; it ends with it. */
    PER_CONNECTION
}
