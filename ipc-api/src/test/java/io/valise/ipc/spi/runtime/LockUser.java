package io.valise.ipc.spi.runtime;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;

/** Does as it is told with lock files: as a copy of the library in this JVM, or as another process. */
public final class LockUser implements Function<String, String> {
    private final Deque<LockFile> open = new ArrayDeque<>();

    public static void main(String[] arguments) throws IOException {
        LockUser user = new LockUser();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(user.apply(line));
        }
    }

    /**
     * {@code shared}, {@code exclusive} or {@code whole} and a file opens and locks it; {@code close} closes the last; {@code
     * property} tells whether the system properties hold what is open; {@code replace} replaces these.
     */
    @Override
    public String apply(String command) {
        try {
            String[] words = command.split(" ", 2);
            return switch (words[0]) {
                case "close" -> close();
                case "property" -> System.getProperties().containsKey(LockFile.TABLE) ? "present" : "absent";
                case "replace" -> replace();
                default -> lock(Path.of(words[1]), words[0]);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String close() throws IOException {
        open.pop().close();
        return "closed";
    }

    private static String replace() {
        System.setProperties(new Properties());
        return "replaced";
    }

    private String lock(Path path, String how) throws IOException {
        LockFile file = LockFile.open(path, Set.of(CREATE, READ, WRITE));
        if (lock(file, how) == null) {
            file.close();
            return "held";
        }
        open.push(file);
        return "locked";
    }

    private static Object lock(LockFile file, String how) throws IOException {
        return switch (how) {
            case "shared" -> file.tryShared(64);
            case "exclusive" -> file.tryExclusive(64);
            default -> file.tryWhole();
        };
    }
}
