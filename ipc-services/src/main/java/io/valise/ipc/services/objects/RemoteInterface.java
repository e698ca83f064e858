package io.valise.ipc.services.objects;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an interface that objects give out when asked for it by {@link RemoteObject#as}. Interfaces that are exported,
 * or named by a method of one that is, need no mark; a peer can reach no interface of an object that is neither marked
 * nor named by a signature.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface RemoteInterface {
    /**
     * The name that both ends know the interface by; its class name unless said otherwise. With a name of its own an
     * interface can move to another package, or be another class at each end.
     */
    String value() default "";
}
