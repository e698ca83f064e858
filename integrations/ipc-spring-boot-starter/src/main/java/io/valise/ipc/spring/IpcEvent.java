package io.valise.ipc.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method of an {@link IpcService} that takes events, or of an {@link IpcClient} that sends them; it returns nothing. A handler has one
 * parameter for the message, or none, and may have another of type {@link io.valise.ipc.Event}; the method of a client has one for
 * the message, or none.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface IpcEvent {
    /** The name of the event; that of the method if empty. */
    String value() default "";
}
