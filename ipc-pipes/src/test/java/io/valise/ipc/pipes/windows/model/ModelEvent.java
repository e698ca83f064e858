package io.valise.ipc.pipes.windows.model;

/** A manual-reset event. */
final class ModelEvent {
    boolean signalled;
    int waiters;
    boolean closed;
}
