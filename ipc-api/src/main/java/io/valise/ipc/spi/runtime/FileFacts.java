package io.valise.ipc.spi.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What a path is, whose it is, and who else may use it; in the words of the file system it is in. */
sealed interface FileFacts permits PosixFacts, AclFacts {

    /** Inspects a path without following a link at its end. */
    static FileFacts of(Path path) {
        try {
            return read(path);
        } catch (IOException e) {
            throw FileFailure.of("inspect", path, e);
        }
    }

    static FileFacts read(Path path) throws IOException {
        return OwnerOnly.hasModes(path) ? PosixFacts.read(path) : AclFacts.read(path);
    }

    /** Whose it is, and on POSIX its mode, such as "owner=uid 7, mode=0700". */
    String summary();

    boolean isLink();

    boolean isDirectory();

    boolean isRegular();

    /** Why it is not this user's, such as "owner=uid 7, expected=uid 8"; empty when it is. */
    Optional<String> anothersOwn();

    /** Why a directory is not this user's alone, and what to do; empty when it is. */
    Optional<String> laxDirectory();

    /** Why a file is not this user's alone, and what would make it so; empty when it is. */
    Optional<String> laxFile();

    /** Why others can rename what is in a directory, and what to do; empty when they cannot. */
    Optional<String> othersWrite();
}
