package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Warnings of a shortage: few, however often it happens, by a clock of the test. */
class RateLimitedLogTest {
    private final List<String> lines = new ArrayList<>();
    private long now = Long.MAX_VALUE - 5; // the clock may overflow

    private final System.Logger log = new System.Logger() {
        @Override
        public String getName() {
            return "test";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
            lines.add(level + " " + message + ": " + thrown);
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String format, @Nullable Object... parameters) {
            throw new AssertionError("not used");
        }
    };

    @Test
    void ofManyInTenSecondsOneIsTold() {
        RateLimitedLog warnings = new RateLimitedLog(log, () -> now);
        OutOfMemoryError lack = new OutOfMemoryError("no thread");
        for (int i = 0; i < 5; i++) {
            warnings.warn("no thread for a", lack);
        }
        now += TimeUnit.SECONDS.toNanos(10);
        warnings.warn("no thread for b", lack);
        now += TimeUnit.SECONDS.toNanos(10);
        warnings.warn("no thread for c", lack);
        assertThat(lines)
                .containsExactly(
                        "WARNING no thread for a: " + lack,
                        "WARNING no thread for b (and 4 times before): " + lack,
                        "WARNING no thread for c: " + lack);
    }

    @Test
    void aMessageNeedsNoFailure() {
        new RateLimitedLog(log, () -> now).warn("refused a connection");
        assertThat(lines).containsExactly("WARNING refused a connection: null");
    }
}
