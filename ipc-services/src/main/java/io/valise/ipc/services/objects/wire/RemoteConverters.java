package io.valise.ipc.services.objects.wire;

import io.valise.ipc.spi.mapping.Converter;
import io.valise.ipc.spi.mapping.Converters;
import io.valise.ipc.spi.mapping.TypeArguments;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The converters of the types that an interface names: those of messages, and references. Used by one thread. */
final class RemoteConverters extends Converters {
    @Override
    protected String allowed() {
        return super.allowed() + ", Flow.Publisher and interfaces of your own";
    }

    @Override
    protected @Nullable Converter other(Class<?> raw, Type type, TypeArguments arguments) {
        if (raw == Flow.Publisher.class) {
            StreamPlan stream = new StreamPlan(of(argument(type, 0), arguments));
            return new ReferenceConverter("Flow.Publisher", () -> stream);
        }
        return isReference(raw) ? reference(raw, type, arguments) : null;
    }

    /** An interface without type arguments has one plan in this JVM, and so one reference per object. */
    private static Converter reference(Class<?> raw, Type type, TypeArguments arguments) {
        return new ReferenceConverter(
                raw.getSimpleName(),
                () -> type instanceof Class ? InterfacePlan.of(raw) : InterfacePlan.of(raw, arguments.within(type)));
    }

    private static boolean isReference(Class<?> type) {
        return type.isInterface()
                && !type.isAnnotation()
                && !Collection.class.isAssignableFrom(type)
                && !Map.class.isAssignableFrom(type)
                && !CompletionStage.class.isAssignableFrom(type)
                && !Future.class.isAssignableFrom(type);
    }

    /** The result type of an asynchronous method's future, or null for a synchronous method. */
    static @Nullable Type futureOf(Type written, TypeArguments arguments) {
        Type type = arguments.resolve(written);
        return CompletionStage.class.isAssignableFrom(TypeArguments.raw(type)) ? argument(type, 0) : null;
    }
}
