package io.valise.ipc.testkit.rule;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** The arguments of {@link Variants}. Confined to the test's thread. */
final class FirstOrAll implements ArgumentsProvider, AnnotationConsumer<Variants> {
    private String[] values = {};

    /** For JUnit. */
    FirstOrAll() {}

    @Override
    public void accept(Variants variants) {
        values = variants.value();
    }

    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        return Arrays.stream(values)
                .limit(FullRun.isAskedFor() ? values.length : 1)
                .map(Arguments::of);
    }
}
