package io.valise.ipc.spring;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Tells Spring Boot 3 the {@linkplain IpcHealth health} of servers and clients. */
@AutoConfiguration(after = IpcAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
@ConditionalOnEnabledHealthIndicator("ipc")
@ConditionalOnBean(IpcConnections.class)
final class IpcHealthBoot3AutoConfiguration {
    @Bean
    @ConditionalOnMissingBean(name = "ipcHealthIndicator")
    static HealthIndicator ipcHealthIndicator(ListableBeanFactory beans, IpcConnections connections) {
        IpcHealth health = new IpcHealth(beans, connections);
        return () -> {
            IpcHealth.Report report = health.report();
            return (report.isUp() ? Health.up() : Health.down())
                    .withDetails(report.details())
                    .build();
        };
    }
}
