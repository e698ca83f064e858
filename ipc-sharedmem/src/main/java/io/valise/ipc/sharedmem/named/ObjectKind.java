package io.valise.ipc.sharedmem.named;

import java.util.Optional;

/** What a named object is. The numbers are in files: frozen. */
public enum ObjectKind {
    /** A mutex. */
    MUTEX(1, "a mutex"),
    /** A semaphore. */
    SEMAPHORE(2, "a semaphore"),
    /** An event that stays set until it is reset. */
    MANUAL_EVENT(3, "an event of manual reset"),
    /** An event that one waiter resets. */
    AUTOMATIC_EVENT(4, "an event of automatic reset");

    private final int number;
    private final String text;

    ObjectKind(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** Its number. */
    public int number() {
        return number;
    }

    /** With so many slots, for a message. */
    public String describe(int slots) {
        return this == SEMAPHORE ? text + " of " + slots + " permits" : text;
    }

    /** The kind with a number; empty when there is none. */
    static Optional<ObjectKind> of(int number) {
        for (ObjectKind kind : values()) {
            if (kind.number == number) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
