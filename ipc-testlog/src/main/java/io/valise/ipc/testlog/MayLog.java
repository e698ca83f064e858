package io.valise.ipc.testlog;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a test, or any test of a class, may cause to be logged: {@link LogWatch} does not print it. For what depends on
 * the platform or on the order of threads; what is always logged is named by {@link Logs}.
 *
 * @since 0.1.0
 */
@Documented
@Inherited
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface MayLog {
    /** Each is part of the message of a record, or of its exception's text. */
    String[] value();
}
