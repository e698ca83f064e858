package io.valise.ipc.spi.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What Windows says of a path: its attributes, its owner and its access list (Windows' DACL). This user alone may be on
 * the list, as mode 0700 lets no other user in: no administrators either, who can take what they want anyway, and whom no
 * name tells apart that is the same in every language of Windows.
 */
record AclFacts(Path path, BasicFileAttributes kind, UserPrincipal owner, List<AclEntry> list, UserPrincipal self)
        implements FileFacts {

    static AclFacts read(Path path) throws IOException {
        BasicFileAttributes kind = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        AclFileAttributeView view =
                Files.getFileAttributeView(path, AclFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null) {
            throw new IOException("this file system has neither modes nor access lists");
        }
        return new AclFacts(path, kind, view.getOwner(), view.getAcl(), OwnerOnly.self(path));
    }

    @Override
    public String summary() {
        return "owner=" + owner.getName();
    }

    /** A symbolic link, or a junction, which is a directory with something else about it. */
    @Override
    public boolean isLink() {
        return kind.isSymbolicLink() || (kind.isDirectory() && kind.isOther());
    }

    @Override
    public boolean isDirectory() {
        return kind.isDirectory();
    }

    @Override
    public boolean isRegular() {
        return kind.isRegularFile();
    }

    @Override
    public Optional<String> anothersOwn() {
        return owner.equals(self)
                ? Optional.empty()
                : Optional.of("owner=" + owner.getName() + ", expected=" + self.getName());
    }

    @Override
    public Optional<String> laxDirectory() {
        return lax("(OI)(CI)F");
    }

    @Override
    public Optional<String> laxFile() {
        return lax("F");
    }

    @Override
    public Optional<String> othersWrite() {
        return laxDirectory();
    }

    private Optional<String> lax(String rights) {
        List<AclEntry> allowing = list.stream()
                .filter(entry -> entry.type() == AclEntryType.ALLOW)
                .toList();
        // A file without a list is everybody's, and the JDK shows that as a list without entries.
        String who = allowing.isEmpty()
                ? "no user, or every user"
                : allowing.stream()
                        .map(entry -> entry.principal().getName())
                        .distinct()
                        .collect(Collectors.joining(" and "));
        return !allowing.isEmpty()
                        && allowing.stream().allMatch(entry -> entry.principal().equals(self))
                ? Optional.empty()
                : Optional.of(
                        "access=" + who + ", expected=" + self.getName() + " alone: remove it, or icacls \"" + path
                                + "\" /inheritance:r /grant:r \"" + self.getName() + ":" + rights
                                + "\", and /remove for all others");
    }
}
