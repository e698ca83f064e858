package io.valise.ipc;

/**
 * What is known of a failed call's journey. Immutable and safe for use by any thread.
 *
 * @since 0.1.0
 */
public enum Delivery {
    /** The request never left this process: repeating it is safe. */
    NOT_SENT,
    /** The peer refused the request before any handler saw it, or ended without taking it: repeating it is safe. */
    REJECTED,
    /** The handler may have run, wholly or in part. */
    UNKNOWN
}
