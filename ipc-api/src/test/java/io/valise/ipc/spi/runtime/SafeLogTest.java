package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What this library logs, over java.util.logging with a handler that fails on demand. */
class SafeLogTest {
    private static final String NAME = "io.valise.ipc.test.safe";

    private final Logger target = Logger.getLogger(NAME);
    private final SafeLog log = SafeLog.of(NAME);
    private final FailingHandler handler = new FailingHandler();

    /** Keeps what it takes; throws what it is told to throw. */
    static final class FailingHandler extends Handler {
        final List<LogRecord> taken = Collections.synchronizedList(new ArrayList<>());
        volatile @Nullable Throwable failure;

        @Override
        public void publish(LogRecord line) {
            if (failure instanceof Error error) {
                throw error;
            } else if (failure instanceof RuntimeException exception) {
                throw exception;
            }
            line.getSourceClassName(); // found out on the thread that logs, when it is first asked for
            taken.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @BeforeEach
    void listen() {
        target.setUseParentHandlers(false);
        target.addHandler(handler);
        log.log(Level.WARNING, "what tests before this one have lost is told now");
        handler.taken.clear();
    }

    @AfterEach
    void stopListening() {
        target.removeHandler(handler);
        target.setUseParentHandlers(true);
    }

    private List<String> messages() {
        return handler.taken.stream().map(LogRecord::getMessage).toList();
    }

    @Test
    void whatIsLoggedIsTaken() {
        IllegalStateException thrown = new IllegalStateException("as expected");
        log.log(Level.WARNING, "one");
        log.log(Level.WARNING, "two", thrown);
        log.log(Level.WARNING, "three {0}", 3);
        log.log(Level.DEBUG, "not wanted");
        assertThat(messages()).containsExactly("one", "two", "three {0}");
        assertThat(handler.taken.get(1).getThrown()).isSameAs(thrown);
        assertThat(handler.taken.get(2).getParameters()).containsExactly(3);
        assertThat(log.isLoggable(Level.WARNING)).isTrue();
        assertThat(log.isLoggable(Level.DEBUG)).isFalse();
        assertThat(log.getName()).isEqualTo(NAME);
    }

    /** The line of java.util.logging says which class logged: that is not this library's logger. */
    @Test
    void theClassThatLogsIsNamed() {
        log.log(Level.WARNING, "one");
        assertThat(handler.taken.get(0).getSourceClassName()).isEqualTo(SafeLogTest.class.getName());
        assertThat(handler.taken.get(0).getSourceMethodName()).isEqualTo("theClassThatLogsIsNamed");
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, NoClassDefFoundError.class, StackOverflowError.class})
    void aHandlerThatThrowsCostsMessagesAndTheNextOneSaysSo(Class<? extends Throwable> type) throws Exception {
        Throwable failure = type.getConstructor().newInstance();
        handler.failure = failure;
        log.log(Level.WARNING, "lost");
        log.log(Level.WARNING, "lost", new IllegalStateException());
        log.log(Level.WARNING, "lost {0}", 3);
        handler.failure = null;
        log.log(Level.WARNING, "taken");
        assertThat(messages()).containsExactly("3 messages before this one could not be logged", "taken");
        assertThat(handler.taken.get(0).getThrown()).isSameAs(failure);
        log.log(Level.WARNING, "taken too");
        assertThat(messages()).endsWith("taken", "taken too");
    }

    /** A filter is asked before a handler. */
    @Test
    void aLoggerThatCannotSayWhatItWantsWantsNothing() {
        SafeLog broken = SafeLog.of("io.valise.ipc.test.broken");
        Logger itself = Logger.getLogger("io.valise.ipc.test.broken");
        itself.setFilter(line -> {
            throw new NoClassDefFoundError("no descriptor left to read it");
        });
        broken.log(Level.ERROR, "lost");
        itself.setFilter(null);
        log.log(Level.WARNING, "taken");
        assertThat(messages()).containsExactly("1 messages before this one could not be logged", "taken");
    }
}
