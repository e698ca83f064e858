package io.valise.ipc.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every type in a public signature can be named by the user of the module. This is what {@code -Xlint:exports} checks, but
 * for annotations: that check would have every user require JSpecify.
 */
class ExportsRulesTest {
    private static final String OURS = "io.valise.ipc";
    /** Its types extend those of the Reactive Streams TCK, which only the modules have that use the kit. */
    private static final String NEEDS_THE_TCK = "io.valise.ipc.testkit.flow";

    private static final ModuleFinder MODULES = ModuleFinder.compose(
            ModuleFinder.of(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(Path::of)
                    .filter(entry -> !entry.endsWith("test-classes"))
                    .toArray(Path[]::new)),
            ModuleFinder.ofSystem());

    private final Set<String> hidden = new TreeSet<>();
    private int types;

    @Test
    void usersCanNameEveryTypeOfAPublicSignature() throws Exception {
        for (ModuleReference module : MODULES.findAll()) {
            if (isOurs(module.descriptor().name())) {
                inspect(module);
            }
        }
        assertThat(hidden).isEmpty();
        assertThat(types).isGreaterThan(100);
    }

    /** The check itself: a type of a package that is exported to some modules only is found. */
    @Test
    void aTypeOfAQualifiedExportIsHidden() throws Exception {
        ModuleDescriptor api = MODULES.find(OURS).orElseThrow().descriptor();
        Class<?> shared = Class.forName("io.valise.ipc.spi.runtime.SafeLog");
        assertThat(isVisible(shared, visibleFrom(api))).isFalse();
        assertThat(isVisible(String.class, visibleFrom(api))).isTrue();
    }

    private static boolean isOurs(String module) {
        return module.equals(OURS) || module.startsWith(OURS + ".");
    }

    private void inspect(ModuleReference module) throws IOException, ClassNotFoundException {
        Set<String> visible = visibleFrom(module.descriptor());
        try (ModuleReader reader = module.open();
                Stream<String> files = reader.list()) {
            for (String file : files.filter(name -> name.endsWith(".class")).toList()) {
                String name =
                        file.substring(0, file.length() - ".class".length()).replace('/', '.');
                if (isExported(module.descriptor(), packageOf(name))
                        && !packageOf(name).equals(NEEDS_THE_TCK)) {
                    inspect(Class.forName(name, false, ExportsRulesTest.class.getClassLoader()), visible);
                }
            }
        }
    }

    private static String packageOf(String type) {
        return type.substring(0, Math.max(0, type.lastIndexOf('.')));
    }

    private static boolean isExported(ModuleDescriptor module, String packageName) {
        return module.isAutomatic()
                || module.exports().stream()
                        .anyMatch(
                                shown -> !shown.isQualified() && shown.source().equals(packageName));
    }

    /** The packages that a module's user sees: its own and those of the modules it requires transitively. */
    private static Set<String> visibleFrom(ModuleDescriptor module) {
        Set<String> packages = new HashSet<>();
        collect(module, packages, new HashSet<>());
        collect(MODULES.find("java.base").orElseThrow().descriptor(), packages, new HashSet<>());
        return packages;
    }

    private static void collect(ModuleDescriptor module, Set<String> packages, Set<String> seen) {
        if (!seen.add(module.name())) {
            return;
        }
        module.exports().stream()
                .filter(shown -> !shown.isQualified())
                .map(Exports::source)
                .forEach(packages::add);
        if (module.isAutomatic()) {
            packages.addAll(module.packages());
        }
        module.requires().stream()
                .filter(requires -> requires.modifiers().contains(Requires.Modifier.TRANSITIVE))
                .flatMap(requires -> MODULES.find(requires.name()).stream())
                .forEach(required -> collect(required.descriptor(), packages, seen));
    }

    private void inspect(Class<?> type, Set<String> visible) {
        if (!isReachable(type)) {
            return;
        }
        types++;
        check(type, type.getGenericSuperclass(), visible);
        check(type, List.of(type.getGenericInterfaces()), visible);
        check(type, bounds(type.getTypeParameters()), visible);
        for (Field field : type.getDeclaredFields()) {
            if (isReachable(field)) {
                check(field, field.getGenericType(), visible);
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isReachable(constructor)) {
                check(constructor, List.of(constructor.getGenericParameterTypes()), visible);
                check(constructor, List.of(constructor.getGenericExceptionTypes()), visible);
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isReachable(method)) {
                check(method, method.getGenericReturnType(), visible);
                check(method, List.of(method.getGenericParameterTypes()), visible);
                check(method, List.of(method.getGenericExceptionTypes()), visible);
                check(method, bounds(method.getTypeParameters()), visible);
            }
        }
    }

    private static boolean isReachable(@Nullable Class<?> type) {
        return type == null || (isReachable(type.getModifiers()) && isReachable(type.getDeclaringClass()));
    }

    private static boolean isReachable(Member member) {
        return !member.isSynthetic() && isReachable(member.getModifiers());
    }

    private static boolean isReachable(int modifiers) {
        return (modifiers & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0;
    }

    private static List<Type> bounds(TypeVariable<?>[] variables) {
        List<Type> bounds = new ArrayList<>();
        for (TypeVariable<?> variable : variables) {
            bounds.addAll(List.of(variable.getBounds()));
        }
        return bounds;
    }

    private void check(Object place, Collection<Type> named, Set<String> visible) {
        named.forEach(type -> check(place, type, visible));
    }

    private void check(Object place, @Nullable Type named, Set<String> visible) {
        if (named instanceof Class<?> type) {
            if (!isVisible(type, visible)) {
                hidden.add(place + " names " + type.getName());
            }
        } else if (named instanceof ParameterizedType type) {
            check(place, type.getRawType(), visible);
            check(place, List.of(type.getActualTypeArguments()), visible);
        } else if (named instanceof GenericArrayType type) {
            check(place, type.getGenericComponentType(), visible);
        } else if (named instanceof WildcardType type) {
            check(place, List.of(type.getUpperBounds()), visible);
            check(place, List.of(type.getLowerBounds()), visible);
        }
    }

    private static boolean isVisible(Class<?> type, Set<String> visible) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        return element.isPrimitive() || (visible.contains(element.getPackageName()) && isReachable(element));
    }
}
