package io.valise.ipc.spring;

import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Lists, when Spring processes an application ahead of time, what its services and clients use by reflection: methods, proxies, and
 * the types of their messages. Thread-safe.
 */
final class NativeHints implements BeanFactoryInitializationAotProcessor {
    @Override
    public BeanFactoryInitializationAotContribution processAheadOfTime(ConfigurableListableBeanFactory beans) {
        return (context, code) -> {
            CallHints hints = new CallHints(context.getRuntimeHints());
            ClientRegistrar.interfacesOf(beans).forEach(hints::addClient);
            new ServiceBeans(beans).forEachType(hints::addService);
            hints.register();
        };
    }
}
