package io.valise.ipc.spring;

import io.opentelemetry.api.OpenTelemetry;
import io.valise.ipc.CallContext;
import io.valise.ipc.Interceptor;
import io.valise.ipc.OutgoingCall;
import io.valise.ipc.opentelemetry.IpcTelemetry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Makes spans and durations of calls, around what {@link IpcMicrometerAutoConfiguration} does and as late as that. */
@AutoConfiguration
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@ConditionalOnClass({OpenTelemetry.class, IpcTelemetry.class})
@ConditionalOnSingleCandidate(OpenTelemetry.class)
@ConditionalOnBooleanProperty(name = "valise.opentelemetry.enabled", matchIfMissing = true)
final class IpcOpenTelemetryAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    static IpcTelemetry ipcTelemetry(OpenTelemetry openTelemetry) {
        return IpcTelemetry.of(openTelemetry);
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    static Interceptor<CallContext> ipcHandlerSpans(IpcTelemetry telemetry) {
        return telemetry.handlers();
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    static Interceptor<OutgoingCall> ipcCallSpans(IpcTelemetry telemetry) {
        return telemetry.calls();
    }
}
