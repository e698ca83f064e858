package io.valise.ipc;

/**
 * A one-way event as its handler sees it. Immutable but for the connection, which is thread-safe.
 *
 * @since 0.1.0
 */
public interface Event {
    /** The event's name. */
    String name();

    /** What the sender sent. */
    ValueSet message();

    /** Who sent it. */
    PeerIdentity caller();

    /** The connection it came by. */
    IpcConnection connection();
}
