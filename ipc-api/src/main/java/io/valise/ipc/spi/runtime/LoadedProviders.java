package io.valise.ipc.spi.runtime;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Providers that were loaded at run time, such as those of an installed run-time part: {@code Providers} asks for them
 * while they are shown. What was found there is kept with them, so that nothing refers to their class loader once they are
 * hidden and their user has let go of them. Thread-safe.
 *
 * @since 0.1.0
 */
public final class LoadedProviders {
    private static final AtomicReference<@Nullable LoadedProviders> SHOWN = new AtomicReference<>();

    private final String name;
    private final ClassLoader loader;
    private final @Nullable ModuleLayer layer;
    private final Map<Class<?>, Object> found = new ConcurrentHashMap<>();

    /**
     * Providers that nothing asks for yet.
     *
     * @param name what they are, for messages
     * @param loader has their classes
     * @param layer has their modules; null where they are not in modules
     */
    public LoadedProviders(String name, ClassLoader loader, @Nullable ModuleLayer layer) {
        this.name = name;
        this.loader = loader;
        this.layer = layer;
    }

    /** Those that are shown. */
    public static Optional<LoadedProviders> current() {
        return Optional.ofNullable(SHOWN.get());
    }

    /**
     * Has them asked for from now on.
     *
     * @throws IllegalStateException when others are shown
     */
    public void show() {
        if (!SHOWN.compareAndSet(null, this)) {
            throw new IllegalStateException(name + ": others are shown: " + SHOWN.get());
        }
    }

    /** Has them asked for no longer; what was made of them goes on. Idempotent. */
    public void hide() {
        SHOWN.compareAndSet(this, null);
    }

    /** What has their classes. */
    public ClassLoader loader() {
        return loader;
    }

    /** What has their modules; empty where they are not in modules. */
    public Optional<ModuleLayer> layer() {
        return Optional.ofNullable(layer);
    }

    /**
     * What was found of a service; the same each time.
     *
     * @param look is called when that is not known
     */
    @SuppressWarnings("unchecked") // one type for each service
    public <T> T found(Class<?> service, Supplier<T> look) {
        Object known = found.get(service);
        if (known == null) { // not computeIfAbsent: a provider's constructor may look for others
            T fresh = look.get();
            known = found.putIfAbsent(service, fresh);
            return known == null ? fresh : (T) known;
        }
        return (T) known;
    }

    @Override
    public String toString() {
        return name;
    }
}
