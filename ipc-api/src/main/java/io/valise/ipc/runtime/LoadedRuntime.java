package io.valise.ipc.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.runtime.InstalledRuntimes.Held;
import io.valise.ipc.spi.runtime.LoadedProviders;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolutionException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An installed run-time part that this process has loaded: in a module layer where the library is a named module, else in
 * a class loader. Closing it has its providers asked for no longer. The lock on the installed files stays until the JVM has
 * freed the classes, for until then it may read more of them: a server, connection or thread that still uses them goes on
 * as before. Thread-safe.
 */
final class LoadedRuntime implements AutoCloseable {
    private final InstalledRuntime part;
    private @Nullable LoadedProviders providers; // guarded by this

    private LoadedRuntime(InstalledRuntime part, LoadedProviders providers) {
        this.part = part;
        this.providers = providers;
    }

    /**
     * Verifies and loads a version.
     *
     * @param held is released when its classes are freed, or here when they cannot be loaded
     * @throws IpcException {@code PROTOCOL_ERROR} when it is damaged; {@code UNSUPPORTED} when its modules do not fit into
     *     this process
     */
    static LoadedRuntime load(Held held) {
        boolean loaded = false;
        try {
            Cleaner cleaner = Cleaner.create(); // its thread ends when it has nothing left to watch
            LoadedProviders providers = providers(held.part());
            cleaner.register(providers.loader(), held.use()::release);
            loaded = true;
            providers.show();
            return new LoadedRuntime(held.part(), providers);
        } finally {
            if (!loaded) {
                held.use().release();
            }
        }
    }

    private static LoadedProviders providers(InstalledRuntime part) {
        List<Path> jars = RuntimeFolder.of(part.folder()).verify();
        Module library = IpcRuntime.class.getModule();
        String name = "run-time part " + part.version();
        if (!library.isNamed()) {
            return new LoadedProviders(name, new PartLoader(name, jars, IpcRuntime.class.getClassLoader()), null);
        }
        ModuleLayer layer = layer(part, library, ModuleFinder.of(jars.toArray(Path[]::new)));
        shareInternals(library, layer);
        String first = layer.modules().iterator().next().getName();
        return new LoadedProviders(name, layer.findLoader(first), layer);
    }

    private static ModuleLayer layer(InstalledRuntime part, Module library, ModuleFinder modules) {
        ModuleLayer parent = library.getLayer();
        try {
            Set<String> roots = modules.findAll().stream()
                    .map(module -> module.descriptor().name())
                    .collect(Collectors.toSet());
            Configuration resolved = parent.configuration().resolve(modules, ModuleFinder.of(), roots);
            return parent.defineModulesWithOneLoader(resolved, library.getClassLoader());
        } catch (FindException | ResolutionException | LayerInstantiationException e) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED,
                    part + ": its modules do not fit into this program: " + e.getMessage()
                            + "; run it with --add-modules and what is missing",
                    Delivery.NOT_SENT,
                    e);
        }
    }

    /** What the library exports to modules by name: these did not exist when its own layer was made. */
    private static void shareInternals(Module library, ModuleLayer layer) {
        for (Exports exported : library.getDescriptor().exports()) {
            if (exported.isQualified()) {
                layer.modules().stream()
                        .filter(module -> exported.targets().contains(module.getName()))
                        .forEach(module -> library.addExports(exported.source(), module));
            }
        }
    }

    /** What was loaded. */
    InstalledRuntime part() {
        return part;
    }

    /** Idempotent. */
    @Override
    public synchronized void close() {
        if (providers != null) {
            providers.hide();
            providers = null;
        }
    }
}
