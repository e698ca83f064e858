package io.valise.ipc.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;

/**
 * Makes beans of interfaces marked {@link IpcClient} that are not in the packages of the application, such as those of a library.
 *
 * @since 0.1.0
 */
@Documented
@Import(ClientRegistrar.class)
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface ImportIpcClients {
    /** The interfaces. */
    Class<?>[] value();
}
