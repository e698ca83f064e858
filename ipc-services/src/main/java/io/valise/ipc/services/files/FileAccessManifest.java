package io.valise.ipc.services.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.services.manifest.ManifestReader;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.FollowedFile;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.SystemText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which directories an application wants to open for its callers, and which of them the user has consented to. The
 * application declares roots in its manifest, {@code access/ID.json} in the configuration folder, where ID is {@link
 * AppIdentity#id()}; the user's consent is in {@code consent/ID.json}, which {@code ipc access} writes. What is in both
 * counts, for programs that open files by {@link #policy}. Immutable and thread-safe; what changes the files is safe among
 * processes.
 *
 * <pre>{@code {"application": "editor_8wekyb3d8bbwe", "roots": ["/home/ann/Documents"]}}</pre>
 *
 * <p>Both files have this form. In the second one roots are as they were resolved when the user consented: a link that leads
 * elsewhere since has no consent.
 *
 * <p>Errors are {@link IpcException}s: {@code PROTOCOL_ERROR} when a file is no such manifest, with file and member;
 * {@code ACCESS_DENIED} and {@code RESOURCE_EXHAUSTED} as {@link ManifestFolder}.
 *
 * @param applicationId whose they are
 * @param declared the roots that the application declares, as it does
 * @param consented the directories that the user has consented to, resolved; what is not declared has no effect
 * @since 0.1.0
 */
public record FileAccessManifest(String applicationId, Set<Path> declared, Set<Path> consented) {
    /** The folder of the manifests. */
    public static final String FOLDER = "access";

    /** The folder of the user's consents. */
    public static final String CONSENT_FOLDER = "consent";

    /** The most roots of an application. */
    public static final int MAX_ROOTS = 100;

    private static final String APPLICATION = "application";
    private static final String ROOTS = "roots";

    /** Takes copies of the sets. */
    public FileAccessManifest {
        declared = Set.copyOf(declared);
        consented = Set.copyOf(consented);
    }

    /**
     * A policy that allows what an application declares and the user has consented to, at each use: a change counts at the next
     * one. Channels that are open stay open. Without both files nothing is allowed, and with a damaged one each use is an
     * error, until it is mended.
     *
     * @throws IpcException as the class says, when there is a file that is no such manifest now
     */
    public static FileAccessPolicy policy(AppIdentity application) {
        FileAccessPolicy policy = policy(application.id());
        policy.roots();
        return policy;
    }

    static FileAccessPolicy policy(String applicationId) {
        FollowedFile<Set<Path>> declared = followed(FOLDER, applicationId);
        FollowedFile<Set<Path>> consented = followed(CONSENT_FOLDER, applicationId);
        return new FileAccessPolicy(
                applicationId,
                () -> new FileAccessManifest(applicationId, declared.latest(), consented.latest()).allowed());
    }

    private static FollowedFile<Set<Path>> followed(String kind, String applicationId) {
        return new FollowedFile<>(
                () -> ConfigurationDirectory.existing(kind)
                        .map(folder -> ManifestFolder.of(kind).file(applicationId)),
                place -> read(kind, applicationId));
    }

    /** The ids of the applications that declare roots or that the user has consented to something for, in their order. */
    public static List<String> applicationIds() {
        return Stream.of(FOLDER, CONSENT_FOLDER)
                .flatMap(kind -> ManifestFolder.of(kind).names().stream())
                .filter(AppIdentity::isId)
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * What an application declares, and what the user has consented to; nothing where there are no files.
     *
     * @throws IpcException as the class says
     */
    public static FileAccessManifest of(String applicationId) {
        AppIdentity.requireId(applicationId);
        return new FileAccessManifest(applicationId, read(FOLDER, applicationId), read(CONSENT_FOLDER, applicationId));
    }

    private static Set<Path> read(String kind, String applicationId) {
        return ManifestFolder.of(kind)
                .read(applicationId)
                .map(FileAccessManifest::roots)
                .orElse(Set.of());
    }

    private static Set<Path> roots(ManifestReader reader) {
        reader.knowing(APPLICATION, ROOTS).ownName(APPLICATION);
        List<String> texts = reader.texts(ROOTS);
        if (texts.size() > MAX_ROOTS) {
            throw reader.fault('"' + ROOTS + "\": limit=" + MAX_ROOTS + ", actual=" + texts.size());
        }
        return texts.stream().map(text -> root(reader, text)).collect(Collectors.toSet());
    }

    private static Path root(ManifestReader reader, String text) {
        try {
            Path root = SystemText.path(ROOTS, text);
            if (root.isAbsolute()) {
                return root.normalize();
            }
        } catch (IpcException noPath) {
            throw reader.fault('"' + ROOTS + "\": " + noPath.reason());
        }
        throw reader.fault('"' + ROOTS + "\": expected absolute paths of directories, actual=\"" + text + '"');
    }

    /**
     * Declares the roots of an application, in the place of those that it declared before, as its installer or its first start
     * does. It is on the disk when this returns. The user's consent is neither needed nor changed.
     *
     * @return what it declares now
     * @throws IllegalArgumentException when there are more than {@value #MAX_ROOTS}
     * @throws IpcException as the class says
     */
    public static FileAccessManifest declare(AppIdentity application, Path... roots) {
        Set<Path> declared = Arrays.stream(roots)
                .map(root -> root.toAbsolutePath().normalize())
                .collect(Collectors.toSet());
        write(FOLDER, application.id(), before -> declared);
        return of(application.id());
    }

    /**
     * Consents to declared roots, for tools that a user works with; an application does not consent for its user.
     *
     * @param roots some that it declares; none for all of those that are directories now
     * @throws IllegalArgumentException when the application does not declare one, or it is no directory
     * @throws IpcException as the class says
     */
    public static FileAccessManifest allow(String applicationId, Path... roots) {
        FileAccessManifest known = of(applicationId);
        Set<Path> more = roots.length == 0
                ? known.declared.stream().flatMap(root -> real(root).stream()).collect(Collectors.toSet())
                : Arrays.stream(roots).map(known::directory).collect(Collectors.toSet());
        if (!more.isEmpty()) {
            write(CONSENT_FOLDER, applicationId, before -> union(before, more));
        }
        return of(applicationId);
    }

    private Path directory(Path root) {
        return real(named(root))
                .orElseThrow(() -> new IllegalArgumentException("root " + root + ": expected a directory"));
    }

    /** A declared root by the name under which it is declared, or by another that leads to the same directory. */
    private Path named(Path root) {
        Path given = root.toAbsolutePath().normalize();
        return Stream.concat(
                        declared.stream().filter(given::equals),
                        declared.stream()
                                .filter(each ->
                                        real(each).isPresent() && real(each).equals(real(given))))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("root " + root + ": expected one that " + applicationId
                        + " declares, " + new TreeSet<>(declared)));
    }

    private static Set<Path> union(Set<Path> some, Collection<Path> more) {
        return Stream.concat(some.stream(), more.stream()).collect(Collectors.toSet());
    }

    /**
     * Withdraws the user's consent. It counts at the next use; channels that are open stay open.
     *
     * @param roots declared roots, or directories that were consented to; none for all, also where the file is damaged
     * @throws IllegalArgumentException when there was no consent to one
     * @throws IpcException as the class says
     */
    public static FileAccessManifest withdraw(String applicationId, Path... roots) {
        AppIdentity.requireId(applicationId);
        if (roots.length == 0) {
            ConfigurationDirectory.existing(CONSENT_FOLDER)
                    .ifPresent(folder -> ConfigurationDirectory.locked(folder, () -> {
                        PrivateFile.remove(ManifestFolder.of(CONSENT_FOLDER).file(applicationId));
                        return folder;
                    }));
        } else {
            write(CONSENT_FOLDER, applicationId, before -> {
                Set<Path> left = new TreeSet<>(before);
                for (Path root : roots) {
                    Path given = root.toAbsolutePath().normalize();
                    if (!left.removeIf(each -> each.equals(given)
                            || real(given).filter(each::equals).isPresent())) {
                        throw new IllegalArgumentException("root " + root + ": expected one that the user has consented"
                                + " to for " + applicationId + ", " + before);
                    }
                }
                return left;
            });
        }
        return of(applicationId);
    }

    /** The declared roots that the user has consented to, resolved. */
    public List<Path> allowed() {
        return declared.stream()
                .flatMap(root -> real(root).stream())
                .filter(consented::contains)
                .distinct()
                .sorted()
                .toList();
    }

    /** Whether what is below a declared root is allowed now: it is a directory, and the user has consented to it. */
    public boolean allows(Path root) {
        return real(root).filter(consented::contains).isPresent();
    }

    /** The directory to which a declared root leads now, by links perhaps; empty when it is none, or this user may not know. */
    public static Optional<Path> real(Path root) {
        try {
            return Optional.of(root.toRealPath()).filter(Files::isDirectory);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void write(String kind, String applicationId, UnaryOperator<Set<Path>> change) {
        Path folder = ManifestFolder.of(kind).create();
        ConfigurationDirectory.locked(folder, () -> {
            Set<Path> roots = new TreeSet<>(change.apply(read(kind, applicationId)));
            if (roots.size() > MAX_ROOTS) {
                throw new IllegalArgumentException(
                        "roots of " + applicationId + ": limit=" + MAX_ROOTS + ", actual=" + roots.size());
            }
            List<String> texts = roots.stream()
                    .map(root -> SystemText.received(ROOTS, root.toString()))
                    .toList();
            ValueSet members = ValueSet.of(APPLICATION, applicationId, ROOTS, texts.toArray(String[]::new));
            PrivateFile.write(
                    ManifestFolder.of(kind).file(applicationId), ascii(ValueSetJson.writeIndented(members)) + '\n');
            return roots;
        });
    }

    /** JSON with all that is not ASCII escaped; outside texts JSON has none. */
    private static String ascii(String json) {
        return json.chars()
                .mapToObj(each -> each < 0x7f ? String.valueOf((char) each) : String.format("\\u%04x", each))
                .collect(Collectors.joining());
    }
}
