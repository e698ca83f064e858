package io.valise.ipc.spring;

import io.valise.ipc.EndBuilder;
import io.valise.ipc.services.objects.ExportedObjects;
import io.valise.ipc.services.objects.RemoteObjects;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.type.MethodMetadata;
import org.springframework.util.ClassUtils;

/** The beans marked {@link IpcService}. Thread-safe. */
final class ServiceBeans {
    private final ConfigurableListableBeanFactory beans;

    ServiceBeans(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /** Whether the server of the application has services. */
    boolean hasServices() {
        return marked("").findAny().isPresent();
    }

    /** The clients whose servers may call something. */
    Set<String> clients() {
        return marked().map(bean -> bean.mark.client())
                .filter(client -> !client.isEmpty())
                .collect(Collectors.toSet());
    }

    /** Hands on the class of each bean, if it is known, with the interfaces by which it is a remote object. Makes no bean. */
    void forEachType(BiConsumer<Class<?>, Class<?>[]> use) {
        marked().forEach(bean -> {
            Class<?> type = beans.getType(defined(bean.name), false);
            if (type != null) {
                use.accept(ClassUtils.getUserClass(type), bean.mark.remote());
            }
        });
    }

    /**
     * Adds all handlers and remote objects of a client's beans, or of the server's: {@code ""}.
     *
     * @throws IllegalStateException when a bean has nothing to call, is not a singleton, has a handler that cannot be called, or
     *     does not implement an interface that it names; its message names the bean
     */
    <B extends EndBuilder<B>> void addTo(B builder, String client) {
        List<Marked> marked = marked(client).toList();
        Map<String, Method> taken = new HashMap<>();
        marked.forEach(bean -> {
            try {
                HandlerBean handlers = new HandlerBean(singleton(bean.name));
                if (handlers.isEmpty() && bean.mark.remote().length == 0) {
                    throw new IllegalStateException(
                            "handlers: expected=1 at least, actual=0; mark a method with IpcHandler or IpcEvent, or name an"
                                    + " interface in IpcService.remote");
                }
                handlers.addTo(builder, taken);
            } catch (IllegalStateException | IllegalArgumentException e) {
                throw new IllegalStateException("bean " + bean.name + ": " + e.getMessage(), e);
            }
        });
        ExportedObjects objects = exported(marked);
        if (objects != null) {
            objects.addTo(builder);
        }
    }

    /** A bean that all calls share; one of another scope would be made once, and not for each call. */
    private Object singleton(String name) {
        if (!beans.isSingleton(name)) {
            throw new IllegalStateException(
                    "scope: expected=singleton, actual=another; remove Scope, or set its proxyMode to"
                            + " TARGET_CLASS for a bean of that scope in each call");
        }
        return beans.getBean(name);
    }

    private @Nullable ExportedObjects exported(List<Marked> marked) {
        @Nullable ExportedObjects all = null;
        for (Marked bean : marked) {
            for (Class<?> type : bean.mark.remote()) {
                Object object = beans.getBean(bean.name);
                if (!type.isInstance(object)) {
                    throw new IllegalStateException("bean " + bean.name + ": remote: expected=" + type.getName()
                            + ", actual=" + object.getClass().getName()
                            + "; implement the interface, or remove it from IpcService.remote");
                }
                all = exported(all, type, object);
            }
        }
        return all;
    }

    private static <T> ExportedObjects exported(@Nullable ExportedObjects others, Class<T> type, Object bean) {
        T object = type.cast(bean);
        return others == null ? RemoteObjects.export(type, object) : others.and(type, object);
    }

    /** A bean, and its mark. */
    private record Marked(String name, IpcService mark) {}

    private Stream<Marked> marked(String client) {
        return marked().filter(bean -> bean.mark.client().equals(client));
    }

    private Stream<Marked> marked() {
        Iterable<String> all = beans::getBeanNamesIterator;
        return StreamSupport.stream(all.spliterator(), false)
                .filter(bean -> !isAbstract(bean) && !ScopedProxyUtils.isScopedTarget(bean))
                .flatMap(bean -> Stream.ofNullable(mark(bean)).map(mark -> new Marked(bean, mark)));
    }

    private boolean isAbstract(String bean) {
        return beans.containsBeanDefinition(bean)
                && beans.getBeanDefinition(bean).isAbstract();
    }

    /**
     * The mark of the method that makes a bean, else that of its class. Makes no bean to know its class: it is asked while beans
     * are still defined. Of one that is made, the class is what it really is.
     */
    private @Nullable IpcService mark(String bean) {
        String defined = defined(bean);
        IpcService marked = ofMethod(defined);
        if (marked == null) {
            marked = beans.findAnnotationOnBean(defined, IpcService.class, false);
        }
        return marked != null || !beans.containsSingleton(defined)
                ? marked
                : AnnotatedElementUtils.findMergedAnnotation(
                        AopUtils.getTargetClass(beans.getSingleton(defined)), IpcService.class);
    }

    /** The name of the bean whose class has the handlers. */
    private String defined(String bean) {
        String scoped = ScopedProxyUtils.getTargetBeanName(bean); // its proxy is of a factory, which tells no type yet
        return beans.containsBeanDefinition(scoped) ? scoped : bean;
    }

    private @Nullable IpcService ofMethod(String bean) {
        if (!beans.containsBeanDefinition(bean)) {
            return null;
        }
        BeanDefinition definition = beans.getBeanDefinition(bean);
        if (definition instanceof AnnotatedBeanDefinition annotated) {
            MethodMetadata method = annotated.getFactoryMethodMetadata();
            return method == null
                    ? null
                    : method.getAnnotations()
                            .get(IpcService.class)
                            .synthesize(MergedAnnotation::isPresent)
                            .orElse(null);
        }
        Method method = // of a definition that was generated ahead of time
                definition instanceof RootBeanDefinition root ? root.getResolvedFactoryMethod() : null;
        return method == null ? null : AnnotatedElementUtils.findMergedAnnotation(method, IpcService.class);
    }
}
