package io.valise.ipc.spi;

import io.valise.ipc.spi.runtime.LoadedProviders;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@link ServiceLoader} finds: the only place where this library asks it.
 *
 * <p>The library's own class loader is asked first, and with it the module layer that the library is in. Then the installed
 * run-time part is asked, while {@code IpcRuntime} has loaded one. Then the calling thread's context class loader is asked,
 * if it sees this copy of the library: providers that belong to another copy, or to none, could not work with this one. A
 * provider class that several find counts once. A provider that is named but is not there, or cannot be made, is
 * {@linkplain #broken broken}: it is logged once, and the others work.
 *
 * <p>What the library's own loader finds is kept. What a context loader finds is kept only as long as that is in use, so
 * no class loader of an application is kept. Immutable and thread-safe.
 *
 * @param <S> what is provided
 * @since 0.1.0
 */
public final class Providers<S> {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final int MOST_BROKEN = 100;
    private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();
    private static final Map<String, String> MODULES = Map.of(
            "shm", "io.valise.ipc.sharedmem",
            "pipe", "io.valise.ipc.pipes",
            "loopback", "io.valise.ipc.loopback",
            "nats", "io.valise.ipc.nats");
    private static final Finder<Transport> TRANSPORTS = new Finder<>(Transport.class);
    private static final Finder<ServerStarter> STARTERS = new Finder<>(ServerStarter.class);

    private final List<S> all;
    private final List<String> broken;
    private final String asked;

    private Providers(List<S> all, List<String> broken, String asked) {
        this.all = List.copyOf(all);
        this.broken = List.copyOf(broken);
        this.asked = asked;
    }

    /** The transports that are found, in no order; without {@code local:}, which is always there. */
    public static Providers<Transport> transports() {
        return TRANSPORTS.find();
    }

    /** What starts servers that do not run. */
    public static Providers<ServerStarter> starters() {
        return STARTERS.find();
    }

    /** Those that could be made, one of each class. */
    public List<S> all() {
        return all;
    }

    /** Why each of those that are named could not be made; begins with the provider's name where it is known. */
    public List<String> broken() {
        return broken;
    }

    /** Which class loaders were asked, for messages. */
    public String asked() {
        return asked;
    }

    /**
     * How a program gets transports that were not found, for messages.
     *
     * @param schemes those that are missing; without any, all that this library has between processes of one machine
     */
    public static String howToAdd(String... schemes) {
        List<String> wanted = schemes.length == 0 ? List.of("shm", "pipe", "loopback") : List.of(schemes);
        if (!MODULES.keySet().containsAll(wanted)) {
            return "add what provides " + String.join(", ", wanted) + ": to the class path";
        }
        List<String> modules = wanted.stream().map(MODULES::get).toList();
        return "add " + modules.stream().map(Providers::artifact).collect(Collectors.joining(" or "))
                + " to the class path, or run or link a modular program with --add-modules "
                + String.join(",", modules);
    }

    private static String artifact(String module) {
        return "ipc-" + module.substring(module.lastIndexOf('.') + 1);
    }

    /** A provider's class and the class loader that it is of, for messages. */
    public static String describe(Object provider) {
        return provider.getClass().getName() + " of " + provider.getClass().getClassLoader();
    }

    /** Finds providers of one service. */
    private static final class Finder<S> {
        private final Class<S> service;
        private final @Nullable ClassLoader library = Providers.class.getClassLoader();
        private volatile @Nullable Providers<S> own;
        private volatile WeakReference<Known<S>> last = new WeakReference<>(null);

        Finder(Class<S> service) {
            this.service = service;
        }

        /** What a context loader gave, beside what was loaded then. */
        private record Known<S>(ClassLoader loader, Optional<LoadedProviders> loaded, Providers<S> found) {}

        Providers<S> find() {
            Optional<LoadedProviders> loaded = LoadedProviders.current();
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            if (context == null || context == library) {
                return own(loaded);
            }
            Known<S> known = last.get();
            if (known == null || known.loader() != context || !known.loaded().equals(loaded)) {
                known = new Known<>(context, loaded, beside(context, own(loaded)));
                last = new WeakReference<>(known);
            }
            return known.found();
        }

        private Providers<S> own(Optional<LoadedProviders> loaded) {
            return loaded.isEmpty() ? own() : loaded.get().found(service, () -> with(loaded.get()));
        }

        private Providers<S> with(LoadedProviders loaded) {
            Providers<S> mine = own();
            Found<S> found = new Found<>();
            found.add(mine);
            found.add(loaded.layer()
                    .map(layer -> ServiceLoader.load(layer, service))
                    .orElseGet(() -> ServiceLoader.load(service, loaded.loader())));
            return found.toProviders(mine.asked() + " and the installed " + loaded);
        }

        /** Where nothing was found, the next one looks again. */
        private Providers<S> own() {
            Providers<S> known = own;
            if (known == null || known.all().isEmpty()) {
                Found<S> found = new Found<>();
                found.add(ServiceLoader.load(service, library));
                ModuleLayer layer = Providers.class.getModule().getLayer();
                if (layer != null && !layer.equals(ModuleLayer.boot())) {
                    found.add(ServiceLoader.load(layer, service));
                }
                known = found.toProviders("asked the library's class loader " + library);
                own = known;
            }
            return known;
        }

        private Providers<S> beside(ClassLoader context, Providers<S> mine) {
            if (!seesThisCopy(context)) {
                String other = " and not the thread's, " + context + ", which does not see this copy of the library";
                return new Providers<>(mine.all(), mine.broken(), mine.asked() + other);
            }
            Found<S> found = new Found<>();
            found.add(mine);
            found.add(ServiceLoader.load(service, context));
            return found.toProviders(mine.asked() + " and the thread's, " + context);
        }

        private boolean seesThisCopy(ClassLoader context) {
            try {
                return context.loadClass(service.getName()) == service;
            } catch (ClassNotFoundException | RuntimeException | LinkageError notThere) {
                LOG.log(Level.DEBUG, "not asked for providers: " + context, notThere);
                return false;
            }
        }
    }

    /** Gathers one of each class. */
    private static final class Found<S> {
        private final Map<Class<?>, S> all = new LinkedHashMap<>();
        private final Set<String> broken = new LinkedHashSet<>();

        void add(Providers<S> known) {
            known.all().forEach(provider -> all.put(provider.getClass(), provider));
            broken.addAll(known.broken());
        }

        void add(ServiceLoader<S> loader) {
            Iterator<ServiceLoader.Provider<S>> each = loader.stream().iterator();
            for (int failures = 0; failures < MOST_BROKEN; failures++) {
                try {
                    while (each.hasNext()) {
                        make(each.next());
                    }
                    return;
                } catch (ServiceConfigurationError | LinkageError e) { // the iterator goes on behind it
                    isBroken(String.valueOf(e.getMessage()), e);
                }
            }
        }

        private void make(ServiceLoader.Provider<S> provider) {
            if (all.containsKey(provider.type())) {
                return;
            }
            try {
                S made = provider.get();
                all.putIfAbsent(made.getClass(), made);
            } catch (ServiceConfigurationError | LinkageError e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                isBroken(provider.type().getName() + ": " + cause, e);
            }
        }

        private void isBroken(String why, Throwable e) {
            if (broken.add(why) && LOGGED.size() < MOST_BROKEN && LOGGED.add(why)) {
                LOG.log(Level.WARNING, "a provider is broken and left out: " + why, e);
            }
        }

        Providers<S> toProviders(String asked) {
            return new Providers<>(List.copyOf(all.values()), List.copyOf(broken), asked);
        }
    }
}
