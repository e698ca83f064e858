package io.valise.ipc.runtime;

import java.io.IOException;

/** Files are not what they must be; the message says which and how. */
final class DamageException extends IOException {
    private static final long serialVersionUID = 1L;

    DamageException(String message) {
        super(message);
    }

    DamageException(String message, Throwable cause) {
        super(message, cause);
    }
}
