package io.valise.ipc.spi.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.ArrayList;
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

    private static final String ABOUT =
            "Valise made this folder: ipc runtime clean deletes it and all that is in it.\n";

    private OwnFolders() {}

    /** The folder, private; made and marked if absent. */
    static Path secure(Path folder) {
        boolean absent = !Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
        PrivateDirectory.secure(folder);
        if (absent) {
            Set<OpenOption> options = Set.of(CREATE, WRITE, LinkOption.NOFOLLOW_LINKS);
            Path path = folder.resolve(MARK);
            try (ByteChannel mark = Files.newByteChannel(path, options, PrivateFile.ownerOnly(path))) {
                mark.write(US_ASCII.encode(ABOUT));
            } catch (IOException e) {
                throw PrivateDirectory.failed("mark", folder, e);
            }
        }
        return folder;
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

    private static boolean isOwn(Path entry) {
        return Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                && Files.isRegularFile(entry.resolve(MARK), LinkOption.NOFOLLOW_LINKS);
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
