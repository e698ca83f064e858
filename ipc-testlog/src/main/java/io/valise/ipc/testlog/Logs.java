package io.valise.ipc.testlog;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a test causes to be logged. {@link LogWatch} does not print it, and fails the test if it is not logged within ten
 * seconds of the test's end.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Logs {
    /** Each is part of the message of at least one record at level INFO or above, or of its exception's text. */
    String[] value();
}
