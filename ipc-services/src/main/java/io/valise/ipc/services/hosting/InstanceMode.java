package io.valise.ipc.services.hosting;

/** How many processes of a service there are. */
public enum InstanceMode {
    /** One for all clients. */
    SHARED,
    /** One for each connection; it ends with it. */
    PER_CONNECTION
}
