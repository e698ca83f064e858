package io.valise.ipc.services.objects.wire;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Finds the converters of the types that one interface names. Used by one thread. */
final class Converters {
    private static final String ALLOWED = "values of a ValueSet, records, enums, List, Optional, Flow.Publisher and"
            + " interfaces of your own can cross";

    /** By declared type; a record that contains itself finds its own converter here. */
    private final Map<String, RecordConverter> records = new HashMap<>();

    Converter of(Type written, TypeArguments arguments) {
        Type type = arguments.resolve(written);
        Class<?> raw = TypeArguments.raw(type);
        PlainConverter plain = PlainConverter.of(raw);
        if (plain != null) {
            return plain;
        } else if (raw.isEnum()) {
            return EnumConverter.of(raw);
        } else if (raw.isRecord()) {
            return record(raw, type, arguments);
        }
        return generic(raw, type, arguments);
    }

    private Converter generic(Class<?> raw, Type type, TypeArguments arguments) {
        if (raw == List.class || raw == Collection.class) {
            return new ListConverter(content(type, arguments));
        } else if (raw == Optional.class) {
            return new OptionalConverter(content(type, arguments));
        } else if (raw == Flow.Publisher.class) {
            StreamPlan stream = new StreamPlan(content(type, arguments));
            return new ReferenceConverter("Flow.Publisher", () -> stream);
        } else if (isReference(raw)) {
            return reference(raw, type, arguments);
        }
        throw new IllegalArgumentException(type.getTypeName() + " cannot cross; " + ALLOWED);
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

    private Converter record(Class<?> raw, Type type, TypeArguments arguments) {
        TypeArguments inside = arguments.within(type);
        String key = type.getTypeName() + inside;
        RecordConverter known = records.get(key);
        if (known != null) {
            return known;
        }
        RecordConverter made = new RecordConverter(raw);
        records.put(key, made);
        made.resolve(component -> of(component.getGenericType(), inside));
        return made;
    }

    private Converter content(Type type, TypeArguments arguments) {
        return of(
                type instanceof ParameterizedType given ? given.getActualTypeArguments()[0] : Object.class, arguments);
    }

    /** The result type of an asynchronous method's future, or null for a synchronous method. */
    static @Nullable Type futureOf(Type written, TypeArguments arguments) {
        Type type = arguments.resolve(written);
        if (!CompletionStage.class.isAssignableFrom(TypeArguments.raw(type))) {
            return null;
        }
        return type instanceof ParameterizedType given ? given.getActualTypeArguments()[0] : Object.class;
    }
}
