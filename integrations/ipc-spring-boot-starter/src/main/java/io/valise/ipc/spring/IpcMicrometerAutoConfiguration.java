package io.valise.ipc.spring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.valise.ipc.CallContext;
import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.micrometer.CallTimers;
import io.valise.ipc.micrometer.StatsMetrics;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Times calls, and shows the counters of servers and connections, in the registry of the application. Evaluated late: each version of
 * Spring Boot has another class that makes the registry. The timers are around the interceptors of the application, within the spans
 * of {@link IpcOpenTelemetryAutoConfiguration}.
 */
@AutoConfiguration
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass({MeterRegistry.class, CallTimers.class})
@ConditionalOnSingleCandidate(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "valise.micrometer.enabled", matchIfMissing = true)
final class IpcMicrometerAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    static CallTimers ipcCallTimers(MeterRegistry registry) {
        return CallTimers.of(registry);
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE + 1)
    static Interceptor<CallContext> ipcHandlerTimer(CallTimers timers) {
        return timers.handlers();
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE + 1)
    static Interceptor<OutgoingCall> ipcCallTimer(CallTimers timers) {
        return timers.calls();
    }

    @Bean
    static BeanPostProcessor ipcMetersPostProcessor(ObjectProvider<MeterRegistry> registry) {
        Meters meters = new RegistryMeters(registry);
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof IpcServerLifecycle server) {
                    server.meter(name, meters);
                } else if (bean instanceof IpcConnections connections) {
                    connections.meter(meters);
                }
                return bean;
            }
        };
    }

    /**
     * Has them in a registry, which is not made before it is needed. All meters of a name have the same tags, as Prometheus wants it,
     * and no two servers or clients of the application the same values of them.
     */
    private record RegistryMeters(ObjectProvider<MeterRegistry> registry) implements Meters {
        @Override
        public Runnable ofServer(String bean, IpcServer server) {
            return bound(StatsMetrics.of(server, Tag.of("side", "server"), Tag.of("name", bean)));
        }

        @Override
        public Runnable ofClient(String client, IpcConnection connection) {
            return bound(StatsMetrics.of(connection, Tag.of("side", "client"), Tag.of("name", client)));
        }

        private Runnable bound(StatsMetrics metrics) {
            metrics.bindTo(registry.getObject());
            return metrics::close;
        }
    }
}
