package io.valise.ipc.spi.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folders that Valise made in its runtime directory. That may be a user's own directory, with folders of the same
 * names: what tells them apart is a mark, put there when the folder is made and never later.
 */
final class OwnFolders {
    static final String MARK = ".valise";

    private static final Set<OpenOption> MAKING = Set.of(CREATE_NEW, WRITE);

    private OwnFolders() {}

    /** The folder, private; made and marked if absent. */
    static Path secure(Path folder) {
        boolean absent = !Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
        PrivateDirectory.secure(folder);
        if (absent) {
            boolean interrupted = Thread.interrupted(); // it would close the file
            try {
                mark(folder);
            } catch (IOException e) {
                throw PrivateDirectory.failed("mark", folder, e);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
        return folder;
    }

    /** A folder that could not be marked goes again, so that the next one who makes it marks it. */
    private static void mark(Path folder) throws IOException {
        Path path = folder.resolve(MARK);
        boolean marked = false;
        try (ByteChannel mark = Files.newByteChannel(path, MAKING, PrivateFile.ownerOnly(path))) {
            mark.write(ByteBuffer.wrap(about(folder)));
            marked = true;
        } catch (FileAlreadyExistsException byAnother) {
            marked = true; // which found the folder absent at the same time; it is that one's to take back, too
        } finally {
            if (!marked) {
                Files.deleteIfExists(path);
                Files.deleteIfExists(folder);
            }
        }
    }

    /** With its name: a copy of a folder elsewhere is its owner's. */
    private static byte[] about(Path folder) {
        return ("Valise made this folder, " + folder.getFileName()
                        + ": ipc runtime clean deletes it and all that is in it.\n")
                .getBytes(US_ASCII);
    }

    /** Deletes those in a directory with all that is in them, without following links; tells of the rest but one file. */
    static RuntimeDirectory.Cleaned clean(Path directory, String unsaid) {
        List<String> leftAlone = new ArrayList<>();
        int files = 0;
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.sorted().toList()) {
                if (isOwn(entry)) {
                    files += delete(entry);
                } else if (!entry.endsWith(unsaid)) {
                    leftAlone.add(String.valueOf(entry.getFileName()));
                }
            }
        } catch (UncheckedIOException e) {
            throw PrivateDirectory.failed("clean up", directory, new IOException(e));
        } catch (IOException e) {
            throw PrivateDirectory.failed("clean up", directory, e);
        }
        return new RuntimeDirectory.Cleaned(files, leftAlone);
    }

    private static boolean isOwn(Path entry) throws IOException {
        Path mark = entry.resolve(MARK);
        byte[] about = about(entry);
        return Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                && Files.isRegularFile(mark, LinkOption.NOFOLLOW_LINKS)
                && Files.size(mark) == about.length
                && Arrays.equals(Files.readAllBytes(mark), about);
    }

    /** The mark goes with the folder and not before: a folder that could not be deleted keeps it. */
    private static int delete(Path folder) throws IOException {
        Path mark = folder.resolve(MARK);
        int files = 0;
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(mark) && !path.equals(folder)) {
                    files += Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? 0 : 1;
                    Files.delete(path);
                }
            }
        }
        Files.delete(mark);
        Files.delete(folder);
        return files;
    }
}
