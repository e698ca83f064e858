package io.valise.ipc.testlog;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Compares what is logged through {@code java.util.logging} with what the running test says by {@link Logs} and
 * {@link MayLog}. What is expected is not printed. What is not is printed as ever, if it is a warning or worse. A test
 * whose {@link Logs} did not come fails. The warnings of handlers that fail have a limit for all tests of a JVM, so {@link MayLog}
 * is for these, and the warning that the limit is reached is always expected.
 *
 * <p>JUnit finds it if {@code junit.jupiter.extensions.autodetection.enabled} is true; the tests of one JVM must then run
 * one after the other. What comes late is compared with what the test before expected, too. Thread-safe.
 *
 * @since 0.1.0
 */
public final class LogWatch implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback {
    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(10);
    private static final Comparison COMPARISON = new Comparison();

    /** Which test exceeds this limit depends on those before it. */
    private static final String OF_ALL_TESTS = "handlers failed: limit=";

    /** For JUnit. */
    public LogWatch() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        COMPARISON.install();
        COMPARISON.begin(new Expected(List.of(), allowed(context)));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        COMPARISON.begin(new Expected(required(context), allowed(context)));
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        if (context.getExecutionException().isEmpty()) {
            Set<String> missing = COMPARISON.current().awaitMissing(TIMEOUT);
            if (!missing.isEmpty()) {
                throw new AssertionError(
                        "nothing was logged that contains " + missing + "; logged: " + COMPARISON.unexpected());
            }
        }
    }

    private static List<String> required(ExtensionContext context) {
        return context.getTestMethod()
                .map(method -> method.getAnnotation(Logs.class))
                .map(logs -> List.of(logs.value()))
                .orElse(List.of());
    }

    private static List<String> allowed(ExtensionContext context) {
        List<String> texts = new ArrayList<>();
        context.getTestMethod().ifPresent(method -> add(method, texts));
        for (Class<?> type = context.getRequiredTestClass(); type != null; type = type.getEnclosingClass()) {
            add(type, texts);
        }
        return texts;
    }

    private static void add(AnnotatedElement element, List<String> texts) {
        MayLog allowed = element.getAnnotation(MayLog.class);
        if (allowed != null) {
            texts.addAll(Arrays.asList(allowed.value()));
        }
    }

    /** The handler that stands before those which print. */
    private static final class Comparison extends Handler {
        private static final Logger ROOT = Logger.getLogger("");
        private static final SimpleFormatter FORMAT = new SimpleFormatter();

        private final List<Handler> printers = new ArrayList<>();
        private final List<String> unexpected = new ArrayList<>();
        private Expected current = new Expected(List.of(), List.of());
        private Expected before = current;

        /** Takes the place of the console. */
        synchronized void install() {
            for (Handler handler : ROOT.getHandlers()) {
                if (handler instanceof ConsoleHandler) {
                    ROOT.removeHandler(handler);
                    printers.add(handler);
                }
            }
            if (!Arrays.asList(ROOT.getHandlers()).contains(this)) {
                ROOT.addHandler(this);
            }
        }

        synchronized void begin(Expected expected) {
            before = current;
            current = expected;
            unexpected.clear();
        }

        synchronized Expected current() {
            return current;
        }

        synchronized List<String> unexpected() {
            return List.copyOf(unexpected);
        }

        @Override
        public synchronized void publish(LogRecord logged) {
            if (logged.getLevel().intValue() >= Level.INFO.intValue() && !isExpected(text(logged))) {
                unexpected.add(text(logged));
                if (logged.getLevel().intValue() >= Level.WARNING.intValue()) {
                    printers.forEach(printer -> printer.publish(logged));
                }
            }
        }

        private boolean isExpected(String text) {
            return current.take(text) || before.take(text) || text.contains(OF_ALL_TESTS);
        }

        private static String text(LogRecord logged) {
            @Nullable Throwable thrown = logged.getThrown();
            return FORMAT.formatMessage(logged) + (thrown == null ? "" : " " + text(thrown));
        }

        private static String text(Throwable thrown) {
            try {
                return thrown.toString();
            } catch (RuntimeException e) { // thrown by code under test, such as a remote object's
                return thrown.getClass().getName() + ", whose message throws "
                        + e.getClass().getName();
            }
        }

        @Override
        public void flush() {
            printers.forEach(Handler::flush);
        }

        @Override
        public void close() {
            flush();
        }
    }
}
