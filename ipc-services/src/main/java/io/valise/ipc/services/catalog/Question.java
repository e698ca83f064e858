package io.valise.ipc.services.catalog;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import java.time.Duration;
import java.util.Optional;

/**
 * What servers are asked. Immutable.
 *
 * @param message the request of {@code valise.info}
 * @param timeout how long to wait for the answers, all at the same time
 * @param asker the application that asks, which is proved to each server; empty for none
 */
record Question(ValueSet message, Duration timeout, Optional<AppIdentity> asker) {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** What they are asked unless a query is to have more. */
    static Question plain() {
        return new Question(ValueSet.empty(), TIMEOUT, Optional.empty());
    }

    /** The same with a member of the message that is true. */
    Question with(String member) {
        return new Question(message.toBuilder().put(member, true).build(), timeout, asker);
    }

    Question waiting(Duration time) {
        return new Question(message, time, asker);
    }

    Question by(AppIdentity application) {
        return new Question(message, timeout, Optional.of(application));
    }
}
