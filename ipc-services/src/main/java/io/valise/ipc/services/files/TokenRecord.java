package io.valise.ipc.services.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.identity.AppIdentity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a durable token is for, as its file says: lines of ASCII, the paths as URIs, which keep every byte of a name.
 *
 * <pre>
 * valise file token 1
 * file file:///home/ann/reports/may.pdf
 * roots 1
 * root file:///home/ann/reports/
 * </pre>
 *
 * <p>How many roots there are, and the end of the last line, tell a record that was cut: it would allow more. Those of a
 * user's consent have {@code consent} and the application's id instead of the roots.
 *
 * <p>Immutable.
 *
 * @param file the file, real
 * @param roots the roots of the maker's policy that allowed it; empty when it had none
 * @param consent the application whose user's consent is needed instead, if it is; then there are no roots
 */
record TokenRecord(Path file, List<Path> roots, Optional<String> consent) {
    static final int MOST_BYTES = 64 * 1024;

    private static final String FIRST_LINE = "valise file token 1";
    private static final String FILE = "file ";
    private static final String ROOTS = "roots ";
    private static final String ROOT = "root ";
    private static final String CONSENT = "consent ";

    TokenRecord {
        roots = List.copyOf(roots);
    }

    /**
     * One for a file.
     *
     * @param file real
     * @throws IllegalArgumentException when it is not in the machine's file system, or its path is too long
     * @throws IpcException {@code ACCESS_DENIED} when the policy does not allow it
     */
    static TokenRecord of(Path file, @Nullable FileAccessPolicy policy) {
        if (!file.getFileSystem().equals(FileSystems.getDefault())) {
            throw new IllegalArgumentException(
                    file + ": expected a file of the machine's own file system, actual=" + file.toUri());
        }
        TokenRecord record = new TokenRecord(file, List.of(), Optional.empty());
        if (policy != null) {
            List<Path> roots = policy.requireRootsOf(file);
            Optional<String> consent = policy.application();
            record = new TokenRecord(file, consent.isPresent() ? List.of() : roots, consent);
        }
        int length = record.text().length();
        if (length > MOST_BYTES) {
            throw new IllegalArgumentException(
                    file + ": limit=" + MOST_BYTES + " bytes for its path and roots, actual=" + length);
        }
        return record;
    }

    String text() {
        StringBuilder text = new StringBuilder(FIRST_LINE + '\n' + FILE + uri(file) + '\n');
        text.append(consent.map(CONSENT::concat).orElse(ROOTS + roots.size())).append('\n');
        roots.forEach(root -> text.append(ROOT).append(uri(root)).append('\n'));
        return text.toString();
    }

    private static String uri(Path path) {
        return path.toUri().toASCIIString();
    }

    /** @throws IpcException {@code PROTOCOL_ERROR} when the text is no such record */
    static TokenRecord parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() < 3 || !lines.get(0).equals(FIRST_LINE) || !text.endsWith("\n")) {
            throw malformed("\"" + FIRST_LINE + "\", a file, and what allows it, each a whole line");
        }
        Path file = path(lines.get(1), FILE);
        String limit = lines.get(2);
        List<String> rest = lines.subList(3, lines.size());
        if (rest.isEmpty() && limit.startsWith(CONSENT)) {
            return new TokenRecord(file, List.of(), Optional.of(application(limit)));
        }
        if (!limit.equals(ROOTS + rest.size())) {
            throw malformed("\"" + ROOTS + rest.size() + "\" before as many roots");
        }
        return new TokenRecord(file, rest.stream().map(line -> path(line, ROOT)).toList(), Optional.empty());
    }

    private static String application(String line) {
        String id = line.substring(CONSENT.length());
        if (!AppIdentity.isId(id)) {
            throw malformed("\"" + CONSENT + "\" and the id of an application");
        }
        return id;
    }

    private static Path path(String line, String word) {
        if (!line.startsWith(word + "file:")) {
            throw malformed("\"" + word + "file:…\"");
        }
        try {
            return Path.of(URI.create(line.substring(word.length())));
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw malformed("\"" + word + "file:…\", a path of this machine");
        }
    }

    private static IpcException malformed(String expected) {
        return new IpcException(IpcStatus.PROTOCOL_ERROR, "expected " + expected);
    }

    /**
     * What limits the token still; null when the maker had no policy.
     *
     * @throws IOException when a root is gone
     */
    @Nullable FileAccessPolicy policy() throws IOException {
        if (consent.isPresent()) {
            return FileAccessManifest.policy(consent.get());
        }
        return roots.isEmpty() ? null : new FileAccessPolicy(roots.toArray(Path[]::new));
    }
}
