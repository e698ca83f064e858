package io.valise.ipc.spring;

import io.valise.ipc.services.objects.ExportedObjects;
import io.valise.ipc.services.objects.RemoteObjects;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.ListableBeanFactory;

/** The beans marked {@link IpcService}. Thread-safe. */
final class ServiceBeans {
    private final ListableBeanFactory beans;

    ServiceBeans(ListableBeanFactory beans) {
        this.beans = beans;
    }

    /** Whether the server of the application has services. */
    boolean hasServices() {
        return named("").findAny().isPresent();
    }

    /** The clients whose servers may call something. */
    Set<String> clients() {
        return names().map(bean -> marked(bean).client())
                .filter(client -> !client.isEmpty())
                .collect(Collectors.toSet());
    }

    /**
     * Adds all handlers of a client's beans, or of the server's: {@code ""}.
     *
     * @throws IllegalStateException when a bean has nothing to call
     */
    void addTo(Offering offering, String client) {
        named(client).forEach(name -> {
            HandlerBean handlers = new HandlerBean(beans.getBean(name));
            if (handlers.isEmpty() && marked(name).remote().length == 0) {
                throw new IllegalStateException("bean " + name
                        + ": handlers: expected=1 at least, actual=0; mark a method with IpcHandler or IpcEvent, or name an"
                        + " interface in IpcService.remote");
            }
            handlers.addTo(offering);
        });
    }

    /** The remote objects of a client's beans, or of the server's; null when there is none. */
    @Nullable ExportedObjects exported(String client) {
        @Nullable ExportedObjects all = null;
        for (String name : named(client).toList()) {
            for (Class<?> type : marked(name).remote()) {
                all = exported(all, type, beans.getBean(name));
            }
        }
        return all;
    }

    private static <T> ExportedObjects exported(@Nullable ExportedObjects others, Class<T> type, Object bean) {
        T object = type.cast(bean);
        return others == null ? RemoteObjects.export(type, object) : others.and(type, object);
    }

    private Stream<String> named(String client) {
        return names().filter(bean -> marked(bean).client().equals(client));
    }

    private Stream<String> names() {
        return Arrays.stream(beans.getBeanNamesForAnnotation(IpcService.class))
                .filter(bean -> !ScopedProxyUtils.isScopedTarget(bean));
    }

    private IpcService marked(String bean) {
        IpcService found = beans.findAnnotationOnBean(bean, IpcService.class);
        if (found == null) {
            throw new IllegalStateException("bean " + bean + ": no longer marked with IpcService");
        }
        return found;
    }
}
