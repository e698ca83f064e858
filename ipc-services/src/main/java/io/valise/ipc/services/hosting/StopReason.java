package io.valise.ipc.services.hosting;

/**
 * Why an app service stops; {@code docs/app-services.md} maps the cancellation reasons of Windows to these.
 *
 * @since 0.1.0
 */
public enum StopReason {
    /** It was unused for its idle time. */
    IDLE,
    /** The process was asked to end: SIGTERM, SIGINT, the end of the session, {@code System.exit}. */
    TERMINATING,
    /** The program closed it. */
    CLOSED
}
