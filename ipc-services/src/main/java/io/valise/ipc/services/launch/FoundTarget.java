package io.valise.ipc.services.launch;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.launch.TargetSupport.Status;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.services.process.Program;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a launch finds in the manifests: a program, or why there is none. Immutable.
 *
 * @param support the same, for who asks beforehand
 * @param program the program; empty when none can be launched, or one of several has to be chosen
 * @param failure the status of a launch without a program
 */
record FoundTarget(TargetSupport support, Optional<Program> program, IpcStatus failure) {
    /** The target of a name. */
    static FoundTarget named(String name) {
        return find(name, Optional.empty());
    }

    /** The target of a name, if it takes a URI. */
    static FoundTarget named(String name, URI uri) {
        return find(name, Optional.of(uri));
    }

    private static FoundTarget find(String name, Optional<URI> uri) {
        try {
            return TargetManifest.find(name)
                    .map(manifest -> of(manifest, uri))
                    .orElseGet(() -> none(
                            Status.NOT_INSTALLED,
                            IpcStatus.ENDPOINT_NOT_FOUND,
                            "target \"" + name + "\" is not declared: there is no "
                                    + TargetManifest.folder().file(name) + "; declared are "
                                    + TargetManifest.folder().names()));
        } catch (IpcException e) {
            return unknown(e);
        }
    }

    private static FoundTarget of(TargetManifest manifest, Optional<URI> uri) {
        Optional<URI> refused = uri.filter(asked -> !manifest.takes(asked));
        if (refused.isPresent()) {
            return none(
                    Status.NOT_SUPPORTED,
                    IpcStatus.UNSUPPORTED,
                    "target \"" + manifest.name() + "\" takes no URIs of scheme \""
                            + refused.get().getScheme() + "\"; its manifest declares " + manifest.schemes());
        }
        String blame = "target \"" + manifest.name() + "\" cannot be launched: ";
        try {
            Program program = Program.find(manifest.command());
            return new FoundTarget(
                    new TargetSupport(Status.AVAILABLE, "", List.of(manifest.name())),
                    Optional.of(program),
                    IpcStatus.OK);
        } catch (NoSuchFileException e) {
            return none(Status.UNAVAILABLE, IpcStatus.ENDPOINT_NOT_FOUND, blame + e.getMessage());
        } catch (AccessDeniedException e) {
            return none(Status.UNAVAILABLE, IpcStatus.ACCESS_DENIED, blame + e.getMessage());
        }
    }

    /** The target for a URI: the only one that can be launched among those that declare its scheme. */
    static FoundTarget forUri(URI uri) {
        List<FoundTarget> found = new ArrayList<>();
        try {
            TargetManifest.folder().names().forEach(name -> found.add(named(name, uri)));
        } catch (IpcException e) {
            return unknown(e);
        }
        List<FoundTarget> ready = with(Status.AVAILABLE, found);
        if (ready.size() == 1) {
            return ready.get(0);
        }
        return ready.isEmpty() ? noneFor(uri, found) : oneOf(ready, uri);
    }

    private static FoundTarget oneOf(List<FoundTarget> ready, URI uri) {
        List<String> names =
                ready.stream().flatMap(each -> each.support.targets().stream()).toList();
        String choose = ManifestFolder.several(
                "scheme \"" + uri.getScheme() + '"',
                names,
                "choose one by ResultLauncher.target(name) or `ipc launch --target`");
        return new FoundTarget(
                new TargetSupport(Status.AVAILABLE, choose, names), Optional.empty(), IpcStatus.ENDPOINT_NOT_FOUND);
    }

    private static FoundTarget noneFor(URI uri, List<FoundTarget> found) {
        List<FoundTarget> broken = with(Status.UNAVAILABLE, found);
        if (broken.size() == 1) {
            return broken.get(0);
        }
        if (!broken.isEmpty()) {
            return none(Status.UNAVAILABLE, IpcStatus.ENDPOINT_NOT_FOUND, details(broken));
        }
        List<FoundTarget> unreadable = with(Status.UNKNOWN, found);
        String nothing = "no target takes URIs of scheme \"" + uri.getScheme() + "\": no manifest in "
                + TargetManifest.folder().path() + " has it in its \"schemes\"";
        return none(
                Status.NOT_INSTALLED,
                IpcStatus.ENDPOINT_NOT_FOUND,
                unreadable.isEmpty() ? nothing : nothing + "; not read were: " + details(unreadable));
    }

    private static List<FoundTarget> with(Status status, List<FoundTarget> found) {
        return found.stream().filter(each -> each.support.status() == status).toList();
    }

    private static String details(List<FoundTarget> found) {
        return found.stream().map(each -> each.support.detail()).collect(Collectors.joining("; "));
    }

    private static FoundTarget unknown(IpcException e) {
        return none(Status.UNKNOWN, e.status(), e.reason());
    }

    private static FoundTarget none(Status status, IpcStatus failure, String why) {
        return new FoundTarget(new TargetSupport(status, why, List.of()), Optional.empty(), failure);
    }

    /**
     * The program to launch.
     *
     * @throws IpcException why there is none
     */
    Program programOrThrow() {
        return program.orElseThrow(() -> new IpcException(failure, support.detail(), Delivery.NOT_SENT));
    }
}
