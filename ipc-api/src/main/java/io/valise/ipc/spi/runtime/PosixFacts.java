package io.valise.ipc.spi.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;

/** What lstat(2) says of a path. */
record PosixFacts(int mode, long uid) implements FileFacts {
    private static final int KIND = 0170000;
    private static final int REGULAR = 0100000;
    private static final int DIRECTORY = 0040000;
    private static final int SYMLINK = 0120000;
    private static final int PERMISSIONS = 0777;
    private static final int OTHERS_WRITE = 0022;
    private static final int STICKY = 01000;

    static PosixFacts read(Path path) throws IOException {
        return new PosixFacts(number(path, "unix:mode"), Integer.toUnsignedLong(number(path, "unix:uid")));
    }

    private static int number(Path path, String attribute) throws IOException {
        return (Integer) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public String summary() {
        return "owner=uid " + uid + ", mode=" + octal(mode);
    }

    @Override
    public boolean isLink() {
        return (mode & KIND) == SYMLINK;
    }

    @Override
    public boolean isDirectory() {
        return (mode & KIND) == DIRECTORY;
    }

    @Override
    public boolean isRegular() {
        return (mode & KIND) == REGULAR;
    }

    @Override
    public Optional<String> anothersOwn() {
        return uid == ProcessUser.uid()
                ? Optional.empty()
                : Optional.of("owner=uid " + uid + ", expected=uid " + ProcessUser.uid());
    }

    @Override
    public Optional<String> laxDirectory() {
        return laxerThan(0700).map(lax -> lax + ": chmod 700 it, or remove it");
    }

    @Override
    public Optional<String> laxFile() {
        return laxerThan(0600).map(lax -> lax + ": chmod 600 it");
    }

    @Override
    public Optional<String> othersWrite() {
        return (mode & OTHERS_WRITE) == 0
                ? Optional.empty()
                : Optional.of("mode=" + octal(mode) + ", expected=0700: others can write to it; chmod 700 it");
    }

    boolean allows(PosixFilePermission permission) {
        return (mode
                        & switch (permission) {
                            case OWNER_READ -> 0400;
                            case OWNER_WRITE -> 0200;
                            case OWNER_EXECUTE -> 0100;
                            case GROUP_READ -> 0040;
                            case GROUP_WRITE -> 0020;
                            case GROUP_EXECUTE -> 0010;
                            case OTHERS_READ -> 0004;
                            case OTHERS_WRITE -> 0002;
                            case OTHERS_EXECUTE -> 0001;
                        })
                != 0;
    }

    /**
     * Why another user than root can exchange what root has put into a directory; empty when none can.
     *
     * @param sticky whether others may create entries, in a directory in which they cannot rename or remove those of root
     */
    Optional<String> notRootsAlone(boolean sticky) {
        boolean changeable = (mode & OTHERS_WRITE) != 0 && !(sticky && (mode & STICKY) != 0);
        return uid == 0 && !changeable ? Optional.empty() : Optional.of(summary());
    }

    private Optional<String> laxerThan(int expected) {
        return (mode & PERMISSIONS) == expected
                ? Optional.empty()
                : Optional.of("mode=" + octal(mode) + ", expected=" + octal(expected));
    }

    private static String octal(int mode) {
        return String.format("%04o", mode & PERMISSIONS);
    }
}
