package io.valise.ipc.testkit.flow;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.concurrent.Flow;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.Test;

/**
 * Runs the TCK of Reactive Streams from JUnit, one rule at a time: the sources give the names of its rules to a
 * parameterized test, which checks each. A rule that the TCK skips is a failure if it is required, and skipped if it is
 * optional; those that the TCK cannot test are left out. This covers the TCK {@code reactive-streams-tck-flow} too,
 * which only wraps the other in the adapters used here, and cannot be on a module path with it. Without {@code
 * org.reactivestreams:reactive-streams-tck} on the class path the tests are skipped, and say so. Thread-safe.
 *
 * @since 0.1.0
 */
public final class FlowTck {
    private static final String ABSENT = "add org.reactivestreams:reactive-streams-tck:1.0.4 to the class path";
    /** The timeout for expected signals. */
    private static final long TIMEOUT_MILLIS = 30_000;
    /** How long the TCK checks that no signal arrives. */
    private static final long SILENCE_MILLIS = 30;
    /** How long the TCK sleeps before it looks whether something is garbage. */
    private static final long GARBAGE_MILLIS = 50;
    /** It then waits for the collector no longer than 100 ms: on a busy machine it may have to check again. */
    private static final int GARBAGE_LOOKS = 10;

    private FlowTck() {}

    private static boolean isPresent() {
        try {
            Class.forName("org.reactivestreams.tck.PublisherVerification");
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** The names of the rules for publishers. */
    public static Stream<String> publisherRules() {
        return isPresent() ? rules(PublisherCheck.class) : Stream.of(ABSENT);
    }

    /** The names of the rules for subscribers. */
    public static Stream<String> subscriberRules() {
        return isPresent()
                ? Stream.concat(rules(SubscriberCheck.FromOutside.class), rules(SubscriberCheck.FromWithin.class))
                : Stream.of(ABSENT);
    }

    private static Stream<String> rules(Class<?> check) {
        return Arrays.stream(check.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(Method::getName)
                .filter(name -> !name.startsWith("untested_"))
                .distinct()
                .sorted();
    }

    /**
     * Checks a rule for publishers.
     *
     * @param publisher makes one of so many items
     * @param failing makes one that fails at once
     */
    public static <T> void checkPublisher(
            String rule, LongFunction<Flow.Publisher<T>> publisher, Supplier<Flow.Publisher<T>> failing)
            throws Exception {
        assumeTrue(isPresent(), ABSENT);
        int looks = rule.startsWith("required_spec313_") ? GARBAGE_LOOKS : 1;
        for (int look = 1; ; look++) {
            try {
                check(new PublisherCheck<>(environment(), GARBAGE_MILLIS, publisher, failing), rule);
                return;
            } catch (AssertionError e) {
                if (look == looks) {
                    throw e;
                }
            }
        }
    }

    /**
     * Checks a rule for subscribers that pass on what they receive.
     *
     * @param element makes an item of a number
     * @param subject what is checked
     */
    public static <T> void checkSubscriber(String rule, IntFunction<T> element, HandsOn<T> subject) throws Exception {
        assumeTrue(isPresent(), ABSENT);
        boolean fromOutside = rules(SubscriberCheck.FromOutside.class).anyMatch(rule::equals);
        check(
                fromOutside
                        ? new SubscriberCheck.FromOutside<>(environment(), element, subject)
                        : new SubscriberCheck.FromWithin<>(environment(), element, subject),
                rule);
    }

    /**
     * A subscriber that passes on what it receives to another, maybe in another process.
     *
     * @param <T> what it receives
     * @since 0.1.0
     */
    @FunctionalInterface
    public interface HandsOn<T> {
        /**
         * Makes one.
         *
         * @param last receives the items passed on, and requests them
         */
        Flow.Subscriber<? super T> to(Flow.Subscriber<T> last) throws Exception;
    }

    private static TestEnvironment environment() {
        return new TestEnvironment(TIMEOUT_MILLIS, SILENCE_MILLIS, SILENCE_MILLIS);
    }

    private static void check(Object verification, String rule) throws Exception {
        callAll(verification, BeforeClass.class);
        try {
            callAll(verification, BeforeMethod.class);
            verification.getClass().getMethod(rule).invoke(verification);
        } catch (InvocationTargetException e) {
            throw outcome(rule, e.getCause());
        } finally {
            callAll(verification, AfterClass.class);
        }
    }

    private static void callAll(Object verification, Class<? extends Annotation> kind) throws Exception {
        for (Method method : verification.getClass().getMethods()) {
            if (method.isAnnotationPresent(kind)) {
                method.invoke(verification);
            }
        }
    }

    private static Exception outcome(String rule, @Nullable Throwable thrown) {
        if (thrown instanceof SkipException skipped && rule.startsWith("optional_")) {
            return new TestAbortedException(skipped.getMessage(), skipped);
        }
        if (thrown instanceof Error failure && !(thrown instanceof SkipException)) {
            throw failure;
        }
        throw new AssertionError(rule + ": " + thrown, thrown);
    }
}
