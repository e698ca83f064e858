package io.valise.ipc.spi.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.valise.ipc.IpcException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The folders that Valise made in its runtime directory. That may be a user's own directory, with folders of the same
 * names: what tells them apart is a mark, put there when the folder is made and never later.
 */
final class OwnFolders {
    static final String MARK = ".valise";

    private OwnFolders() {}

    /** The folder, private; made and marked if absent. */
    static Path secure(Path folder) {
        boolean absent = !Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
        PrivateDirectory.secure(folder);
        if (absent) {
            mark(folder);
        }
        return folder;
    }

    /** Whether a folder has its mark. */
    static boolean isMarked(Path folder) {
        return Files.exists(folder.resolve(MARK), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Marks a folder that this library made. The mark appears complete under its name or not at all, so that no process
     * takes another's back: one that fails leaves the folder to the others, and removes it only while it is empty.
     */
    static void mark(Path folder) {
        boolean interrupted = Thread.interrupted(); // it would close the file
        boolean marked = false;
        try {
            PrivateFile.write(folder.resolve(MARK), new String(about(folder), US_ASCII));
            marked = true;
        } finally {
            if (!marked) {
                removeIfEmpty(folder);
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void removeIfEmpty(Path folder) {
        try {
            Files.deleteIfExists(folder); // the next process that makes it marks it
        } catch (IOException inUse) {
            SafeLog.of(OwnFolders.class).log(System.Logger.Level.DEBUG, "left without its mark: " + folder, inUse);
        }
    }

    /** With its name: a copy of a folder elsewhere is its owner's. */
    private static byte[] about(Path folder) {
        return ("Valise made this folder, " + folder.getFileName()
                        + ": ipc runtime clean deletes it and all that is in it.\n")
                .getBytes(US_ASCII);
    }

    /**
     * The names in those of a directory at which a server listens: one of a program that holds no lock, in another
     * language. A folder that cannot be read is passed over, for {@link Cleaning} leaves it and says why.
     */
    static List<String> served(Path directory) {
        List<String> served = new ArrayList<>();
        for (Path entry : Entries.of(directory)) {
            try {
                if (isOwn(entry)) {
                    UnixSockets.names(entry).forEach(name -> served.add(entry.getFileName() + ":" + name));
                }
            } catch (IOException | IpcException unreadable) {
                SafeLog.of(OwnFolders.class).log(System.Logger.Level.DEBUG, "passed over: " + entry, unreadable);
            }
        }
        return served;
    }

    /** Whether Valise made an entry; of a folder of this user that cannot be entered that is not known. */
    static boolean isOwn(Path entry) throws IOException {
        if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Path mark = entry.resolve(MARK);
        if (!Files.isExecutable(entry) && FileFacts.read(entry).anothersOwn().isEmpty()) {
            throw new AccessDeniedException(mark.toString());
        }
        byte[] about = about(entry);
        return Files.isRegularFile(mark, LinkOption.NOFOLLOW_LINKS)
                && Files.size(mark) == about.length
                && Arrays.equals(Files.readAllBytes(mark), about);
    }
}
