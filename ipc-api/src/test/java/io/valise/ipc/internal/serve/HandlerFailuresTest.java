package io.valise.ipc.internal.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an operator sees of handlers that fail, minute by minute; the limit is one for the whole process. */
class HandlerFailuresTest {
    private static final String LINE = " service a failed java.lang.IllegalStateException: x";

    private final List<String> lines = new ArrayList<>();
    private final HandlerFailures failures = new HandlerFailures(new Lines());

    @Test
    void anExceptionIsAWarningWithItsStackTraceAndAnErrorAnError() {
        failures.log("service a", new IllegalStateException("x"), System.nanoTime());
        failures.log("service b", new StackOverflowError(), System.nanoTime());
        assertThat(lines).containsExactly("WARNING" + LINE, "ERROR service b failed java.lang.StackOverflowError");
    }

    @Test
    void oneMinuteHasALimitAndTheNextStartsAnew() {
        long now = System.nanoTime();
        for (int i = 0; i < HandlerFailures.MOST + 3; i++) {
            failures.log("service a", new IllegalStateException("x"), now);
        }
        List<String> expected = new ArrayList<>(Collections.nCopies(HandlerFailures.MOST, "WARNING" + LINE));
        expected.add("WARNING handlers failed: limit=20 a minute; more of this minute are at DEBUG");
        expected.addAll(Collections.nCopies(3, "DEBUG" + LINE));
        assertThat(lines).isEqualTo(expected);
        lines.clear();
        failures.log("service a", new IllegalStateException("x"), now + TimeUnit.MINUTES.toNanos(2));
        assertThat(lines).containsExactly("WARNING" + LINE);
    }

    /** Keeps level, message and what was thrown. */
    private final class Lines implements Logger {
        @Override
        public String getName() {
            return "lines";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            lines.add(level + " " + message + " " + thrown);
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            lines.add(level + " " + format);
        }
    }
}
