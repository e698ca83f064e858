package io.valise.ipc.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.stereotype.Component;

/**
 * A bean whose methods peers may call: those marked {@link IpcHandler} and {@link IpcEvent}, and, as a remote object, those of the
 * interfaces that {@link #remote} names. The server of the application offers them, unless {@link #client} says otherwise.
 *
 * <p>A method {@code Bean} may be marked too; its mark is above that of the class. Where it returns an interface, the class of the bean is
 * known only when it is made. That is too late for a lazy bean, and for one into which the server is injected: mark the method then.
 *
 * <p>Handlers run on threads of Valise, several at a time: the bean is safe for use by several threads.
 *
 * @since 0.1.0
 */
@Documented
@Component
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface IpcService {
    /** Interfaces of the bean, each exported as a remote object; see {@code RemoteObjects.export}. */
    Class<?>[] remote() default {};

    /** The client ({@link IpcClient#value}) whose server may call these methods; empty: the server of the application offers them. */
    String client() default "";
}
