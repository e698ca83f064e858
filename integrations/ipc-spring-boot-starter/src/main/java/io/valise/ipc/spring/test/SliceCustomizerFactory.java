package io.valise.ipc.spring.test;

import io.valise.ipc.spring.IpcService;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Makes the context of an {@link IpcTest}. With Spring Boot's own annotations for slices it would not work on two versions: their
 * packages differ. Stateless.
 */
final class SliceCustomizerFactory implements ContextCustomizerFactory {
    /** Contexts are kept for later tests: each has a server at an address of its own. */
    private static final AtomicInteger CONTEXTS = new AtomicInteger();

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
        return TestContextAnnotationUtils.hasAnnotation(testClass, IpcTest.class) ? new SliceCustomizer() : null;
    }

    /** Equal to others, so that tests share a context. */
    private record SliceCustomizer() implements ContextCustomizer {
        @Override
        public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration merged) {
            TestPropertyValues.of(
                            EnableAutoConfiguration.ENABLED_OVERRIDE_PROPERTY + "=false",
                            "valise.endpoint-override=local:ipc-test-" + CONTEXTS.incrementAndGet())
                    .applyTo(context);
            context.getBeanFactory().registerSingleton(SliceFilter.class.getName(), new SliceFilter());
        }
    }

    /** Leaves all components out but services. */
    private static final class SliceFilter extends TypeExcludeFilter {
        @Override
        public boolean match(MetadataReader reader, MetadataReaderFactory factory) {
            return !reader.getAnnotationMetadata().hasAnnotation(IpcService.class.getName());
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof SliceFilter;
        }

        @Override
        public int hashCode() {
            return SliceFilter.class.hashCode();
        }
    }
}
