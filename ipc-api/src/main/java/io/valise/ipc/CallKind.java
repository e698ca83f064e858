package io.valise.ipc;

/**
 * The kinds of calls. Immutable and safe for use by any thread.
 *
 * @since 0.1.0
 */
public enum CallKind {
    /** One message, answered by one reply, whether a thread waits for it or a future. */
    REQUEST,
    /** One message, answered by a stream of messages. */
    STREAM,
    /** One message, which is not answered. */
    EVENT
}
