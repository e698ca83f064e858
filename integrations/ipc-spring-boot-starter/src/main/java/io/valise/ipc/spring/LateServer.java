package io.valise.ipc.spring;

import java.util.function.Supplier;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

/**
 * Defines the server of an application whose services are known only when they are made, by methods that return an interface: before
 * servers start, and after {@link OnServices} has found none.
 */
final class LateServer implements SmartInitializingSingleton {
    private final DefaultListableBeanFactory beans;
    private final Supplier<IpcServerLifecycle> server;

    LateServer(DefaultListableBeanFactory beans, Supplier<IpcServerLifecycle> server) {
        this.beans = beans;
        this.server = server;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (!beans.containsBean(IpcAutoConfiguration.SERVER) && new ServiceBeans(beans).hasServices()) {
            beans.registerBeanDefinition(
                    IpcAutoConfiguration.SERVER,
                    BeanDefinitionBuilder.rootBeanDefinition(IpcServerLifecycle.class, server)
                            .setPrimary(true)
                            .getBeanDefinition());
        }
    }
}
