package io.valise.ipc.spring;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.CallContext;
import io.valise.ipc.EndBuilder;
import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcServer;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

/** Makes the builders of the server and of clients, from properties and beans. Thread-safe. */
final class BuilderFactory {
    private static final String OVERRIDE = "valise.endpoint-override";

    private final IpcProperties properties;
    private final ConfigurableListableBeanFactory beans;
    private final Environment environment;
    private final ServiceBeans services;

    BuilderFactory(IpcProperties properties, ConfigurableListableBeanFactory beans, Environment environment) {
        this.properties = properties;
        this.beans = beans;
        this.environment = environment;
        this.services = new ServiceBeans(beans);
    }

    /**
     * A builder of the server.
     *
     * @throws IllegalStateException when there is no address, a property is refused, or a bean has a handler of a form that no
     *     handler has
     */
    IpcServer.Builder server() {
        IpcProperties.Server server = properties.server();
        IpcServer.Builder builder = addressed().keepAlive(server.keepAlive());
        set("valise.server", server.requestTimeout(), server.maxMessageSize(), server.waitStrategy(), builder);
        beans.getBeanProvider(AccessPolicy.class).ifAvailable(builder::access);
        addBeans("", builder);
        beans.getBeanProvider(IpcServerCustomizer.class)
                .orderedStream()
                .forEach(customizer -> customizer.customize(builder));
        return builder;
    }

    private IpcServer.Builder addressed() {
        String override = properties.endpointOverride();
        if (override != null) {
            return used(OVERRIDE, override, IpcServer::builder);
        }
        List<String> endpoints = properties.server().endpoints();
        if (!endpoints.isEmpty()) {
            return used("valise.server.endpoints", endpoints, all -> IpcServer.builder(all.toArray(String[]::new)));
        }
        String application = environment.getProperty("spring.application.name", "");
        if (application.isEmpty()) {
            throw new IllegalStateException("address of the server: expected=1 at least, actual=0; set"
                    + " valise.server.endpoints, or spring.application.name for any: and that name");
        }
        return used(
                "spring.application.name as address of the server",
                application,
                name -> IpcServer.builder("any:" + name),
                "set valise.server.endpoints");
    }

    /**
     * Checks the properties of all clients.
     *
     * @throws IllegalStateException as {@link #client}
     */
    void checkClients() {
        properties.clients().keySet().forEach(this::client);
    }

    /**
     * A builder of a client.
     *
     * @throws IllegalStateException when a property is refused, or a bean has a handler of a form that no handler has
     */
    IpcClient.Builder client(String name) {
        IpcProperties.Client client = properties.client(name);
        String prefix = "valise.clients." + name;
        IpcClient.Builder builder = addressed(prefix, name, client).startIfAbsent(client.startIfAbsent());
        set(prefix + ".connect-timeout", client.connectTimeout(), builder::connectTimeout);
        set(prefix, client.requestTimeout(), client.maxMessageSize(), client.waitStrategy(), builder);
        if (client.reconnect()) {
            builder.reconnect(
                    ReconnectPolicy.standard().idempotent(client.idempotent().toArray(String[]::new)));
        }
        addBeans(name, builder);
        beans.getBeanProvider(IpcClientCustomizer.class)
                .orderedStream()
                .forEach(customizer -> customizer.customize(name, builder));
        return builder;
    }

    private IpcClient.Builder addressed(String prefix, String name, IpcProperties.Client client) {
        String override = properties.endpointOverride();
        if (override != null) {
            return used(OVERRIDE, override, IpcClient::builder);
        }
        String set = client.endpoint();
        return used(prefix + ".endpoint", set == null ? "any:" + name : set, IpcClient::builder);
    }

    /** What a server and a client have alike; the server is the client {@code ""}. */
    private <B extends EndBuilder<B>> void addBeans(String client, B builder) {
        beans.getBeanProvider(AppIdentity.class).ifAvailable(builder::identity);
        beans.getBeanProvider(Transport.class).forEach(builder::transport);
        interceptors(CallContext.class).forEach(builder::interceptHandlers);
        interceptors(OutgoingCall.class).forEach(builder::interceptCalls);
        services.addTo(builder, client);
    }

    private static void set(
            String prefix,
            @Nullable Duration requestTimeout,
            @Nullable DataSize maxMessageSize,
            @Nullable WaitMode waitStrategy,
            EndBuilder<?> builder) {
        set(prefix + ".request-timeout", requestTimeout, builder::requestTimeout);
        set(prefix + ".max-message-size", maxMessageSize, size -> builder.maxMessageBytes(bytes(size)));
        set(prefix + ".wait-strategy", waitStrategy, mode -> builder.waitStrategy(mode.strategy()));
    }

    /** What is more than any limit stays so. */
    private static int bytes(DataSize size) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, size.toBytes()));
    }

    private <C> List<Interceptor<C>> interceptors(Class<C> of) {
        ObjectProvider<Interceptor<C>> found =
                beans.getBeanProvider(ResolvableType.forClassWithGenerics(Interceptor.class, of));
        return found.orderedStream().toList();
    }

    private static <T, R> void set(String property, @Nullable T value, Function<T, R> setter) {
        if (value != null) {
            used(property, value, setter);
        }
    }

    private static <T, R> R used(String property, T value, Function<T, R> use) {
        return used(property, value, use, "change the property");
    }

    private static <T, R> R used(String property, T value, Function<T, R> use, String remedy) {
        try {
            return use.apply(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(property + "=" + value + ": " + e.getMessage() + "; " + remedy, e);
        }
    }
}
