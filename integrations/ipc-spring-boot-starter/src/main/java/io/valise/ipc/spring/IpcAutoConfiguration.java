package io.valise.ipc.spring;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;

/**
 * Makes the server and the clients of an application: from the beans marked {@link IpcService}, the interfaces marked {@link
 * IpcClient}, beans of the types {@code Interceptor}, {@code AccessPolicy}, {@code AppIdentity}, {@code Transport}, {@link IpcServerCustomizer}
 * and {@link IpcClientCustomizer}, and {@link IpcProperties}.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@EnableConfigurationProperties(IpcProperties.class)
@Import(ClientRegistrar.class)
public final class IpcAutoConfiguration {
    static final String CONNECTIONS = "ipcConnections";
    static final String SERVER = "ipcServer";

    private static final String PHASE_TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";
    private static final Duration DEFAULT_PHASE_TIMEOUT = Duration.ofSeconds(30);
    /** How much less than the phase the server takes, of a long one. */
    private static final Duration MOST_SPARED = Duration.ofSeconds(1);

    private static final Logger LOG = System.getLogger("io.valise.ipc.spring");

    /** Its methods make beans. */
    public IpcAutoConfiguration() {}

    @Bean(SERVER)
    @Primary
    @ConditionalOnMissingBean(name = SERVER)
    @Conditional(OnServices.class)
    static IpcServerLifecycle ipcServer(
            IpcProperties properties, ConfigurableListableBeanFactory beans, Environment environment) {
        return server(properties, beans, environment);
    }

    @Bean
    static LateServer ipcLateServer(
            IpcProperties properties, DefaultListableBeanFactory beans, Environment environment) {
        return new LateServer(beans, () -> server(properties, beans, environment));
    }

    private static IpcServerLifecycle server(
            IpcProperties properties, ConfigurableListableBeanFactory beans, Environment environment) {
        BuilderFactory builders = new BuilderFactory(properties, beans, environment);
        return new IpcServerLifecycle(builders::server, grace(properties.server(), environment));
    }

    /** Less than the phase may take: beans are destroyed when that has passed, whatever still runs. */
    private static Duration grace(IpcProperties.Server server, Environment environment) {
        Duration phase =
                Binder.get(environment).bind(PHASE_TIMEOUT, Duration.class).orElse(DEFAULT_PHASE_TIMEOUT);
        Duration set = server.shutdownGrace();
        if (set == null) {
            return phase.isNegative() ? Duration.ZERO : phase.minus(min(phase.dividedBy(10), MOST_SPARED));
        }
        if (set.compareTo(phase) >= 0 && !set.isZero()) {
            LOG.log(
                    Level.WARNING,
                    "valise.server.shutdown-grace: beans are destroyed before it has passed: limit=less than " + phase
                            + ", actual=" + set + "; shorten it, or lengthen " + PHASE_TIMEOUT);
        }
        return set;
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    @Bean(CONNECTIONS)
    static IpcConnections ipcConnections(
            IpcProperties properties, ConfigurableListableBeanFactory beans, Environment environment) {
        BuilderFactory builders = new BuilderFactory(properties, beans, environment);
        return new IpcConnections(
                builders::client, new ServiceBeans(beans), builders::checkClients, properties.clients());
    }
}
