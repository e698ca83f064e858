package io.valise.ipc.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method of an {@link IpcService} that answers requests, or of an {@link IpcClient} that sends them. What it returns decides how:
 * a {@code Flow.Publisher} is a stream, a {@code CompletionStage} a reply that comes later, all else a reply; {@code void} is an empty
 * reply. A message is a record, a sealed interface of records, or a {@link io.valise.ipc.ValueSet}.
 *
 * <p>A handler has one parameter for the message, or none, and may have another of type {@link io.valise.ipc.Request}. The method
 * of a client has one parameter for the message, or none.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface IpcHandler {
    /** The name of the service; that of the method if empty. */
    String value() default "";
}
