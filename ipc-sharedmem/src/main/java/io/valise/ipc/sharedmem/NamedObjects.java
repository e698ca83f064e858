package io.valise.ipc.sharedmem;

import io.valise.ipc.IpcException;
import io.valise.ipc.sharedmem.NamedObject.Kind;
import io.valise.ipc.sharedmem.named.ObjectLook;
import io.valise.ipc.sharedmem.region.RegionDirectory;
import java.util.List;

/**
 * The mutexes, semaphores and events of this user, for people and tools that look. Stateless.
 *
 * @since 0.1.0
 */
public final class NamedObjects {
    private NamedObjects() {}

    /**
     * All named objects that programs with this runtime directory have open, and those that a process died with, by scope and
     * name. It waits for none; of those that change meanwhile it tells what was or is. No process finds an object
     * taken by the look.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the directory is not this user's alone, {@code RESOURCE_EXHAUSTED} when it
     *     cannot be read
     */
    public static List<NamedObject> list() {
        return RegionDirectory.existingObjects().map(RegionDirectory::named).orElse(List.of()).stream()
                .flatMap(file -> ObjectLook.at(file).stream())
                .map(NamedObjects::of)
                .toList();
    }

    private static NamedObject of(ObjectLook look) {
        return new NamedObject(
                ObjectScope.describe(look.file().scope()),
                look.file().name(),
                look.kind().map(kind -> Kind.valueOf(kind.name())).orElse(Kind.UNREADABLE),
                look.slots(),
                look.set(),
                look.holders(),
                look.abandoned(),
                look.problem());
    }
}
