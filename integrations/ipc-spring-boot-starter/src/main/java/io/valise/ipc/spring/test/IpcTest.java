package io.valise.ipc.spring.test;

import io.valise.ipc.spring.IpcAutoConfiguration;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTestContextBootstrapper;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of an application's services and clients: its context has the beans marked {@code IpcService}, the interfaces marked {@code
 * IpcClient}, and what the test adds, but no other component and no other auto-configuration. The server is at an address {@code
 * local:} of its own, and all clients connect to that server, whatever their properties say. So services that belong to other
 * applications are beans {@code IpcService} of the test.
 *
 * <p>Other beans that the services need, interceptors among them, are named by {@code Import}, or replaced by {@code MockitoBean}.
 *
 * @since 0.1.0
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@BootstrapWith(SpringBootTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@ImportAutoConfiguration(IpcAutoConfiguration.class)
public @interface IpcTest {}
