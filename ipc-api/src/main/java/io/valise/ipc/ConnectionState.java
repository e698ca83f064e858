package io.valise.ipc;

/**
 * Whether a connection has a link to its peer now. Immutable and safe for use by any thread.
 *
 * @see IpcConnection#onState
 * @since 0.1.0
 */
public enum ConnectionState {
    /** It has a link. */
    CONNECTED,
    /**
     * Its link has ended, and its {@link ReconnectPolicy} lets it get another: by itself, or with the next call. Events
     * that the peer sends meanwhile are lost.
     */
    RECONNECTING,
    /** It has ended for good. No other state follows. */
    CLOSED
}
