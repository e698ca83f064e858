package io.valise.ipc.spring;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/** Defines a bean for each interface marked {@link IpcClient}: of {@link ImportIpcClients}, else of the application's packages. */
final class ClientRegistrar implements ImportBeanDefinitionRegistrar {
    private final BeanFactory beans;
    private final Environment environment;
    private final ClassLoader loader;

    ClientRegistrar(BeanFactory beans, Environment environment, ClassLoader loader) {
        this.loader = loader;
        this.beans = beans;
        this.environment = environment;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
        Set<String> types = importing.isAnnotated(ImportIpcClients.class.getName())
                ? named(importing)
                : new Interfaces(environment).in(beans);
        types.stream().filter(type -> !registry.containsBeanDefinition(type)).forEach(type -> {
            var definition = BeanDefinitionBuilder.genericBeanDefinition(Bean.class)
                    .addConstructorArgValue(type)
                    .addConstructorArgReference(IpcAutoConfiguration.CONNECTIONS)
                    .getBeanDefinition();
            setType(definition, type, loader);
            registry.registerBeanDefinition(type, definition);
        });
    }

    /** Has a definition say which interface its bean implements, without making the bean. */
    static void setType(BeanDefinition definition, String type, @Nullable ClassLoader loader) {
        definition.setAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE, ClassUtils.resolveClassName(type, loader));
    }

    /** The interfaces whose beans are defined. Makes no bean. */
    static Stream<Class<?>> interfacesOf(ListableBeanFactory beans) {
        return Arrays.stream(beans.getBeanNamesForType(Bean.class, true, false))
                .flatMap(name -> Stream.ofNullable(beans.getType(BeanFactoryUtils.transformedBeanName(name), false)));
    }

    /** Also those of an annotation that is marked with it. */
    private static Set<String> named(AnnotationMetadata importing) {
        return importing.getAnnotations().stream(ImportIpcClients.class)
                .flatMap(marked -> Arrays.stream(marked.getStringArray(MergedAnnotation.VALUE)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Finds interfaces; what it extends passes over them. */
    private static final class Interfaces extends ClassPathScanningCandidateComponentProvider {
        Interfaces(Environment environment) {
            super(false, environment);
            addIncludeFilter(new AnnotationTypeFilter(IpcClient.class));
        }

        @Override
        protected boolean isCandidateComponent(AnnotatedBeanDefinition found) {
            return found.getMetadata().isInterface();
        }

        Set<String> in(BeanFactory beans) {
            Set<String> found = new TreeSet<>();
            if (AutoConfigurationPackages.has(beans)) {
                for (String name : AutoConfigurationPackages.get(beans)) {
                    findCandidateComponents(name).forEach(candidate -> found.add(candidate.getBeanClassName()));
                }
            }
            return found;
        }
    }

    /** Makes the bean. Its type is checked when the application starts, not at the first call. */
    static final class Bean<T> implements FactoryBean<T> {
        private final Class<T> type;
        private final T proxy;

        Bean(Class<T> type, IpcConnections connections) {
            IpcClient marked = type.getAnnotation(IpcClient.class);
            if (marked == null || !type.isInterface()) {
                throw new IllegalStateException(type.getName() + ": expected=an interface marked with IpcClient");
            }
            this.type = type;
            this.proxy = ClientProxy.of(type, marked.value(), connections);
        }

        @Override
        public T getObject() {
            return proxy;
        }

        @Override
        public Class<T> getObjectType() {
            return type;
        }
    }
}
