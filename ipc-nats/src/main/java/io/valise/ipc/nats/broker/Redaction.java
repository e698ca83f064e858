package io.valise.ipc.nats.broker;

import io.nats.client.AuthenticationException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Failures of the client library without the passwords and tokens of addresses, which their messages repeat. Stateless. */
final class Redaction {
    private static final int MOST_CAUSES = 10;

    private Redaction() {}

    /** The same where it has none; else a copy of those in its chain that have one. */
    static Exception of(BrokerSettings settings, Exception thrown) {
        return isSafe(settings, thrown, 0) ? thrown : copy(settings, thrown, 0);
    }

    private static boolean isSafe(BrokerSettings settings, @Nullable Throwable why, int depth) {
        if (why == null) {
            return true;
        }
        String text = String.valueOf(why.getMessage());
        if (depth > MOST_CAUSES || !settings.withoutSecrets(text).equals(text)) {
            return false;
        }
        for (Throwable also : why.getSuppressed()) {
            if (!isSafe(settings, also, depth + 1)) {
                return false;
            }
        }
        return isSafe(settings, why.getCause(), depth + 1);
    }

    private static Exception copy(BrokerSettings settings, Throwable why, int depth) {
        String text = settings.withoutSecrets(String.valueOf(why.getMessage()));
        IOException copy =
                why instanceof AuthenticationException ? new AuthenticationException(text) : new IOException(text);
        copy.setStackTrace(why.getStackTrace());
        Throwable cause = why.getCause();
        if (cause != null && depth < MOST_CAUSES) {
            copy.initCause(isSafe(settings, cause, depth + 1) ? cause : copy(settings, cause, depth + 1));
        }
        return copy;
    }
}
