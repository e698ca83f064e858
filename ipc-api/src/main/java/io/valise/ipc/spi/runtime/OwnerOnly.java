package io.valise.ipc.spi.runtime;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What makes a new file or directory this user's alone from its first moment: a mode where there are modes, elsewhere
 * (Windows) an access list with one entry. On a directory the entry is inherited: by sockets, too, which take no list.
 */
final class OwnerOnly {
    private static volatile @Nullable UserPrincipal known;

    private OwnerOnly() {}

    /** Whether the file system of this path has modes and user ids. */
    static boolean hasModes(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    static void createDirectory(Path path) throws IOException {
        create(path, directory(path), attributes -> Files.createDirectory(path, attributes));
    }

    /** Creates an empty file with a name of its own. */
    static Path createDraft(Path folder, String prefix) throws IOException {
        return create(folder, file(folder), attributes -> Files.createTempFile(folder, prefix, null, attributes));
    }

    private static FileAttribute<?>[] directory(Path path) throws IOException {
        return hasModes(path)
                ? mode("rwx------")
                : list(path, EnumSet.of(AclEntryFlag.FILE_INHERIT, AclEntryFlag.DIRECTORY_INHERIT));
    }

    static FileAttribute<?>[] file(Path path) throws IOException {
        return hasModes(path) ? mode("rw-------") : list(path, Set.of());
    }

    private static Path create(Path place, FileAttribute<?>[] attributes, Creation creation) throws IOException {
        if (hasModes(place)) {
            return creation.with(attributes);
        }
        Path created;
        if (place.getFileSystem().equals(FileSystems.getDefault())) {
            created = creation.with(attributes);
        } else { // One in memory, for tests, which takes a list afterwards only.
            created = creation.with();
            Files.setAttribute(created, attributes[0].name(), attributes[0].value());
        }
        take(created);
        return created;
    }

    /**
     * Makes what this process has just created this user's, where that is not so already: what an elevated
     * administrator creates can belong to the group of administrators.
     */
    private static void take(Path created) throws IOException {
        if (!Files.getOwner(created, LinkOption.NOFOLLOW_LINKS).equals(self(created))) {
            Files.setOwner(created, self(created));
        }
    }

    /** One of the ways to create something. */
    @FunctionalInterface
    private interface Creation {
        Path with(FileAttribute<?>... attributes) throws IOException;
    }

    /** This user, as a file system without user ids knows it. */
    static UserPrincipal self(Path path) throws IOException {
        FileSystem system = path.getFileSystem();
        if (!system.equals(FileSystems.getDefault())) {
            return find(system);
        }
        UserPrincipal self = known;
        if (self == null) {
            self = find(system); // It may ask a domain's controller: once is enough.
            known = self;
        }
        return self;
    }

    /** With the domain first: by the bare name another user of this machine could be found. */
    private static UserPrincipal find(FileSystem system) throws IOException {
        String name = System.getProperty("user.name");
        String domain = System.getenv("USERDOMAIN");
        if (domain != null && !domain.isBlank()) {
            try {
                return system.getUserPrincipalLookupService().lookupPrincipalByName(domain + '\\' + name);
            } catch (UserPrincipalNotFoundException notOfTheDomain) {
                return system.getUserPrincipalLookupService().lookupPrincipalByName(name); // the system's own accounts
            }
        }
        return system.getUserPrincipalLookupService().lookupPrincipalByName(name);
    }

    private static FileAttribute<?>[] mode(String mode) {
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))};
    }

    private static FileAttribute<?>[] list(Path path, Set<AclEntryFlag> flags) throws IOException {
        AclEntry all = AclEntry.newBuilder()
                .setType(AclEntryType.ALLOW)
                .setPrincipal(self(path))
                .setPermissions(EnumSet.allOf(AclEntryPermission.class))
                .setFlags(flags)
                .build();
        return new FileAttribute<?>[] {new AccessList(List.of(all))};
    }

    /** The attribute that the JDK's file system of Windows takes at creation. */
    private record AccessList(List<AclEntry> value) implements FileAttribute<List<AclEntry>> {
        @Override
        public String name() {
            return "acl:acl";
        }
    }
}
