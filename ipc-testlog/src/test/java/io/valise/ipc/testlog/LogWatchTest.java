package io.valise.ipc.testlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What is expected is not printed and must come; what is not expected is printed. */
class LogWatchTest {
    private static final Logger LOGGER = Logger.getLogger(LogWatchTest.class.getName());

    private final Logger root = Logger.getLogger("");
    private final List<Handler> replaced = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Handler console = console();

    /** A console that prints to memory. */
    private Handler console() {
        PrintStream error = System.err;
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            return new ConsoleHandler();
        } finally {
            System.setErr(error);
        }
    }

    /** Alone: the terminal shows nothing of what is printed here. */
    @BeforeEach
    void replaceTheConsole() {
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
            replaced.add(handler);
        }
        root.addHandler(console);
    }

    @AfterEach
    void restoreTheConsole() {
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        replaced.forEach(root::addHandler);
    }

    private String printedBy(String method) {
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectMethod(Logging.class, method))
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                                result.getThrowable().ifPresent(failures::add);
                            }
                        });
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatIsExpectedIsNotPrinted() {
        assertThat(printedBy("logsAsItSays")).isEmpty();
        assertThat(failures).isEmpty();
    }

    @Test
    void whatAnotherThreadLogsLaterIsAwaited() {
        assertThat(printedBy("logsLate")).isEmpty();
        assertThat(failures).isEmpty();
    }

    @Test
    void whatMayComeNeedNotCome() {
        assertThat(printedBy("mayLog")).isEmpty();
        assertThat(failures).isEmpty();
    }

    @Test
    void aWarningThatIsNotExpectedIsPrinted() {
        assertThat(printedBy("logsMore")).contains("WARNING", "unexpected", "IllegalStateException: nor this");
        assertThat(failures).isEmpty();
    }

    @Test
    void aTestFailsIfWhatItExpectsIsNotLogged() throws InterruptedException {
        Expected expected = new Expected(List.of("one", "two"), List.of("three"));
        assertThat(expected.take("number one")).isTrue();
        assertThat(expected.take("three")).isTrue();
        assertThat(expected.take("four")).isFalse();
        assertThat(expected.awaitMissing(1)).containsExactly("two");
    }

    /** Not a test by itself. */
    @ExtendWith(LogWatch.class)
    @MayLog("of the class")
    static class Logging {
        @Test
        @Logs({"a door is open", "the reason"})
        void logsAsItSays() {
            LOGGER.log(Level.WARNING, "a {0} is open", "door");
            LOGGER.log(Level.INFO, "failed", new IllegalStateException("the reason"));
            LOGGER.log(Level.WARNING, "of the class");
        }

        @Test
        @Logs("late")
        void logsLate() {
            new Thread(() -> {
                        LockSupport.parkNanos(50_000_000);
                        LOGGER.log(Level.WARNING, "late");
                    })
                    .start();
        }

        @Test
        @MayLog("sometimes")
        void mayLog() {
            LOGGER.log(Level.INFO, "not a warning, not printed");
        }

        @Test
        @Logs("foreseen")
        void logsMore() {
            LOGGER.log(Level.WARNING, "foreseen");
            LOGGER.log(Level.WARNING, "unexpected", new IllegalStateException("nor this"));
        }
    }
}
