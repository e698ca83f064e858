package io.valise.ipc.spring;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether the application has something to serve. */
final class OnServices extends SpringBootCondition implements ConfigurationCondition {
    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        var beans = context.getBeanFactory();
        ConditionMessage.Builder message = ConditionMessage.forCondition("Valise server");
        if (beans != null
                && (new ServiceBeans(beans).hasServices()
                        || beans.getBeanNamesForType(IpcServerCustomizer.class, true, false).length > 0)) {
            return ConditionOutcome.match(message.because("there are services"));
        }
        return ConditionOutcome.noMatch(message.because("there is no bean IpcService or IpcServerCustomizer"));
    }
}
