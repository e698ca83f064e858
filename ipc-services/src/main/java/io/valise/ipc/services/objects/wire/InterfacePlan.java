package io.valise.ipc.services.objects.wire;

import io.valise.ipc.services.objects.RemoteInterface;
import io.valise.ipc.services.objects.RemoteObject;
import io.valise.ipc.spi.mapping.TypeArguments;
import io.valise.ipc.spi.schema.Definition;
import io.valise.ipc.spi.schema.Definitions;
import io.valise.ipc.spi.schema.Form;
import io.valise.ipc.spi.schema.TypeName;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The methods of one interface and how each is called. Made once per interface. Immutable and thread-safe. */
public final class InterfacePlan implements Offer {
    private static final ClassValue<InterfacePlan> PLANS = new ClassValue<>() {
        @Override
        protected InterfacePlan computeValue(Class<?> type) {
            return new InterfacePlan(type, TypeArguments.of(type));
        }
    };

    private final Class<?> type;
    private final String name;
    private final TypeName typeName;
    private final Map<String, MethodPlan> byKey = new HashMap<>();
    private final Map<Method, MethodPlan> byMethod = new HashMap<>();

    private InterfacePlan(Class<?> type, TypeArguments arguments) {
        this.type = type;
        this.name = nameOf(type);
        this.typeName = arguments.name(type);
        RemoteConverters converters = new RemoteConverters();
        Map<String, List<Method>> methods = Arrays.stream(type.getMethods())
                .filter(method -> !isLocal(method, type))
                .collect(Collectors.groupingBy(MethodPlan::key));
        methods.forEach((key, same) -> add(key, same, converters, arguments));
    }

    /**
     * The plan of an interface.
     *
     * @throws IllegalArgumentException when it is none, or a method of it cannot be called from another process
     */
    public static InterfacePlan of(Class<?> type) {
        if (!type.isInterface() || type.isAnnotation()) {
            throw new IllegalArgumentException(type.getTypeName() + ": expected an interface");
        }
        return PLANS.get(type);
    }

    static InterfacePlan of(Class<?> type, TypeArguments arguments) {
        return new InterfacePlan(type, arguments);
    }

    /** The name that both ends know an interface by. */
    public static String nameOf(Class<?> type) {
        RemoteInterface named = type.getAnnotation(RemoteInterface.class);
        return named == null || named.value().isEmpty() ? type.getName() : named.value();
    }

    /** The methods of Object, and those of RemoteObject, are not sent as calls. */
    private static boolean isLocal(Method method, Class<?> type) {
        return Modifier.isStatic(method.getModifiers())
                || method.getDeclaringClass() == RemoteObject.class
                || (RemoteObject.class.isAssignableFrom(type) && isClose(method))
                || (method.getParameterCount() == 0
                        && Set.of("toString", "hashCode").contains(method.getName()))
                || (method.getName().equals("equals")
                        && Arrays.equals(method.getParameterTypes(), new Class<?>[] {Object.class}));
    }

    /** Whether it is the {@code close()} that {@code try} calls. */
    static boolean isClose(Method method) {
        return method.getName().equals("close")
                && method.getParameterCount() == 0
                && AutoCloseable.class.isAssignableFrom(method.getDeclaringClass());
    }

    /** The methods differ in their return types only, or the interface is refused. */
    private void add(String key, List<Method> same, RemoteConverters converters, TypeArguments arguments) {
        Method best = same.stream()
                .filter(method -> !method.isBridge())
                .min(Comparator.comparingInt(method -> (int) same.stream()
                        .filter(other -> method.getReturnType().isAssignableFrom(other.getReturnType()))
                        .count()))
                .orElse(same.get(0));
        for (Method other : same) {
            if (!other.isBridge() && !Arrays.equals(other.getParameterTypes(), best.getParameterTypes())) {
                throw new IllegalArgumentException(type.getTypeName() + '.' + key
                        + ": several methods have this name and number of parameters; give them different names");
            }
        }
        MethodPlan plan = plan(best, same, converters, arguments);
        byKey.put(key, plan);
        same.forEach(method -> byMethod.put(method, plan));
    }

    private static MethodPlan plan(
            Method method, List<Method> same, RemoteConverters converters, TypeArguments arguments) {
        try {
            return new MethodPlan(method, same, converters, arguments);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    method.getDeclaringClass().getTypeName() + '.' + method.getName() + ": " + e.getMessage(), e);
        }
    }

    /** The interface. */
    public Class<?> type() {
        return type;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Form describe(Definitions types) {
        return types.named(
                typeName,
                simple -> Definition.ofInterface(
                        simple,
                        new TreeMap<>(byKey)
                                .values().stream()
                                        .map(each -> each.describe(types))
                                        .toList()));
    }

    @Override
    public boolean accepts(Object target) {
        return type.isInstance(target);
    }

    /** How to call a method of the proxy, or null for a method that is not sent to the peer. */
    public @Nullable MethodPlan ofMethod(Method method) {
        return byMethod.get(method);
    }

    /** The method that a call names, or null when this version of the interface has none of that name. */
    public @Nullable MethodPlan ofKey(String key) {
        return byKey.get(key);
    }

    /** The methods that can be called, as calls name them. */
    public Set<String> keys() {
        return Set.copyOf(byKey.keySet());
    }

    /** A proxy of the interface. */
    public Object proxy(InvocationHandler handler) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }
}
