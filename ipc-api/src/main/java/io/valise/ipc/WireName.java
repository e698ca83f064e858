package io.valise.ipc;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name in messages, where it is not the one in Java: of a component of a record, of a constant of an enum, or of a record
 * that a sealed interface permits (its {@code $record}). So a component can be renamed while peers keep the old name.
 *
 * @see ValueSet#from(Record)
 * @since 0.1.0
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.TYPE})
public @interface WireName {
    /** A key of a ValueSet: 1 to 255 chars. */
    String value();
}
