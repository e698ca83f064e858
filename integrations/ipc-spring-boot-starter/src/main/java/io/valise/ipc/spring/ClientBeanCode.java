package io.valise.ipc.spring;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.generate.GenerationContext;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.aot.BeanRegistrationCode;
import org.springframework.beans.factory.aot.BeanRegistrationCodeFragments;
import org.springframework.beans.factory.aot.BeanRegistrationCodeFragmentsDecorator;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.javapoet.CodeBlock;

/**
 * Has the code that Spring generates ahead of time define the interface of a client's bean, which it leaves out: the connections
 * would then be made early, to ask for it, and without their metrics. Thread-safe.
 */
final class ClientBeanCode implements BeanRegistrationAotProcessor {
    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
        return bean.getBeanClass() == ClientRegistrar.Bean.class
                ? BeanRegistrationAotContribution.withCustomCodeFragments(
                        code -> new Fragments(code, bean.getBeanName()))
                : null;
    }

    private static final class Fragments extends BeanRegistrationCodeFragmentsDecorator {
        private final String type;

        Fragments(BeanRegistrationCodeFragments others, String type) {
            super(others);
            this.type = type;
        }

        @Override
        public CodeBlock generateSetBeanDefinitionPropertiesCode(
                GenerationContext context,
                BeanRegistrationCode code,
                RootBeanDefinition definition,
                Predicate<String> attributeFilter) {
            return CodeBlock.builder()
                    .add(super.generateSetBeanDefinitionPropertiesCode(context, code, definition, attributeFilter))
                    .addStatement("$T.setType($L, $S, null)", ClientRegistrar.class, BEAN_DEFINITION_VARIABLE, type)
                    .build();
        }
    }
}
