package io.valise.ipc.spring;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.CallContext;
import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcServer;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.objects.ExportedObjects;
import io.valise.ipc.spi.Transport;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/** Makes the builders of the server and of clients, from properties and beans. Thread-safe. */
final class BuilderFactory {
    private final IpcProperties properties;
    private final ListableBeanFactory beans;
    private final Environment environment;
    private final ServiceBeans services;

    BuilderFactory(IpcProperties properties, ListableBeanFactory beans, Environment environment) {
        this.properties = properties;
        this.beans = beans;
        this.environment = environment;
        this.services = new ServiceBeans(beans);
    }

    /**
     * A builder of the server.
     *
     * @throws IllegalStateException when there is no address, or a bean has a handler of a form that no handler has
     */
    IpcServer.Builder server() {
        IpcProperties.Server server = properties.server();
        IpcServer.Builder builder =
                IpcServer.builder(endpoints().toArray(String[]::new)).keepAlive(server.keepAlive());
        set(server.requestTimeout(), builder::requestTimeout);
        set(server.maxMessageSize(), size -> builder.maxMessageBytes(Math.toIntExact(size.toBytes())));
        set(server.waitStrategy(), mode -> builder.waitStrategy(mode.strategy()));
        beans.getBeanProvider(AccessPolicy.class).ifAvailable(builder::access);
        beans.getBeanProvider(AppIdentity.class).ifAvailable(builder::identity);
        beans.getBeanProvider(Transport.class).forEach(builder::transport);
        interceptors(CallContext.class).forEach(builder::interceptHandlers);
        interceptors(OutgoingCall.class).forEach(builder::interceptCalls);
        services.addTo(new Offering.OfServer(builder), "");
        ExportedObjects objects = services.exported("");
        if (objects != null) {
            objects.addTo(builder);
        }
        beans.getBeanProvider(IpcServerCustomizer.class)
                .orderedStream()
                .forEach(customizer -> customizer.customize(builder));
        return builder;
    }

    private List<String> endpoints() {
        if (properties.endpointOverride() != null) {
            return List.of(properties.endpointOverride());
        }
        if (!properties.server().endpoints().isEmpty()) {
            return properties.server().endpoints();
        }
        String application = environment.getProperty("spring.application.name", "");
        if (application.isEmpty()) {
            throw new IllegalStateException("address of the server: expected=1 at least, actual=0; set"
                    + " valise.server.endpoints, or spring.application.name for any: and that name");
        }
        return List.of("any:" + application);
    }

    /** A builder of a client. */
    IpcClient.Builder client(String name) {
        IpcProperties.Client client = properties.client(name);
        IpcClient.Builder builder = IpcClient.builder(endpoint(name, client)).startIfAbsent(client.startIfAbsent());
        set(client.connectTimeout(), builder::connectTimeout);
        set(client.requestTimeout(), builder::requestTimeout);
        set(client.maxMessageSize(), size -> builder.maxMessageBytes(Math.toIntExact(size.toBytes())));
        set(client.waitStrategy(), mode -> builder.waitStrategy(mode.strategy()));
        if (client.reconnect()) {
            builder.reconnect(
                    ReconnectPolicy.standard().idempotent(client.idempotent().toArray(String[]::new)));
        }
        beans.getBeanProvider(AppIdentity.class).ifAvailable(builder::identity);
        beans.getBeanProvider(Transport.class).forEach(builder::transport);
        interceptors(CallContext.class).forEach(builder::interceptHandlers);
        interceptors(OutgoingCall.class).forEach(builder::interceptCalls);
        services.addTo(new Offering.OfClient(builder), name);
        beans.getBeanProvider(IpcClientCustomizer.class)
                .orderedStream()
                .forEach(customizer -> customizer.customize(name, builder));
        return builder;
    }

    private String endpoint(String name, IpcProperties.Client client) {
        if (properties.endpointOverride() != null) {
            return properties.endpointOverride();
        }
        return client.endpoint() == null ? "any:" + name : client.endpoint();
    }

    private <C> List<Interceptor<C>> interceptors(Class<C> of) {
        ObjectProvider<Interceptor<C>> found =
                beans.getBeanProvider(ResolvableType.forClassWithGenerics(Interceptor.class, of));
        return found.orderedStream().toList();
    }

    private static <T> void set(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }
}
