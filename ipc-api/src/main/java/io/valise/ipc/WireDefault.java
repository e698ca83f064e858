package io.valise.ipc;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the constant of an enum that stands for all that a newer peer has and this version does not know. Without one, an
 * unknown constant is {@link IpcStatus#TYPE_MISMATCH}. One constant of an enum can be marked.
 *
 * @see ValueSet#from(Record)
 * @since 0.1.0
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface WireDefault {}
