package io.valise.ipc.testkit;

import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.TestProcesses;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Ends a test that hangs and reports where it hangs: after {@code valise.testkit.hangSeconds} (150 unless set as a JUnit
 * configuration parameter or system property) it dumps the threads of this JVM and of every {@link ForkedJvm}, kills
 * all {@link TestProcesses}, and interrupts the test, which then fails with the dumps as its message. The methods that run
 * before and after tests are watched too, each by itself. Thread-safe.
 *
 * @since 0.1.0
 */
public final class HangWatchdog implements InvocationInterceptor, BeforeAllCallback {
    private static final String SECONDS = "valise.testkit.hangSeconds";

    /** Many times what any rule takes, as some are run where all processors are busy. */
    private static final long DEFAULT_SECONDS = 150;

    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "hang-watchdog");
        thread.setDaemon(true);
        return thread;
    });

    /** For JUnit. */
    public HangWatchdog() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        TestHome.path();
    }

    @Override
    public void interceptBeforeAllMethod(
            Invocation<@Nullable Void> before, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watch(before, seconds(context));
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<@Nullable Void> before, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watch(before, seconds(context));
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<@Nullable Void> after, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watch(after, seconds(context));
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<@Nullable Void> after, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watch(after, seconds(context));
    }

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watch(test, seconds(context));
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watch(test, seconds(context));
    }

    private static long seconds(ExtensionContext context) {
        return context.getConfigurationParameter(SECONDS, Long::valueOf)
                .orElseGet(() -> Long.getLong(SECONDS, DEFAULT_SECONDS));
    }

    private static void watch(Invocation<@Nullable Void> test, long seconds) throws Throwable {
        Thread tester = Thread.currentThread();
        AtomicReference<@Nullable String> dump = new AtomicReference<>();
        ScheduledFuture<?> alarm = TIMER.schedule(() -> end(tester, dump), seconds, TimeUnit.SECONDS);
        try {
            test.proceed();
        } catch (Throwable failure) {
            throw dump.get() == null ? failure : hung(seconds, dump.get(), failure);
        } finally {
            alarm.cancel(false);
        }
        if (dump.get() != null) {
            throw hung(seconds, dump.get(), null);
        }
    }

    private static AssertionError hung(long seconds, @Nullable String dump, @Nullable Throwable failure) {
        return new AssertionError("hung: limit=" + seconds + " s; what the threads were doing:\n" + dump, failure);
    }

    private static void end(Thread tester, AtomicReference<@Nullable String> dump) {
        dump.set(threads() + ForkedJvm.dumpAll());
        TestProcesses.killAll();
        tester.interrupt();
    }

    private static String threads() {
        ThreadInfo[] infos = ManagementFactory.getThreadMXBean().dumpAllThreads(true, true);
        return Arrays.stream(infos).map(HangWatchdog::describe).collect(Collectors.joining());
    }

    /** Unlike {@link ThreadInfo#toString()} this shows the whole stack. */
    private static String describe(ThreadInfo thread) {
        String head = String.format(
                Locale.ROOT,
                "\"%s\" %s on %s%n",
                thread.getThreadName(),
                thread.getThreadState(),
                thread.getLockInfo());
        return Arrays.stream(thread.getStackTrace())
                .map(frame -> "    at " + frame + System.lineSeparator())
                .collect(Collectors.joining("", head, System.lineSeparator()));
    }
}
