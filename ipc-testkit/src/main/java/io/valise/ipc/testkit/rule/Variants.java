package io.valise.ipc.testkit.rule;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * The arguments of a parameterized test of a behaviour that is the same with each of them, such as the transports of a
 * service: the first alone, and all of them in the {@linkplain FullRun full run}.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(FirstOrAll.class)
public @interface Variants {
    /** The arguments, at least one. */
    String[] value();
}
