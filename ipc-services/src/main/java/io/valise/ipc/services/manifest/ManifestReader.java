package io.valise.ipc.services.manifest;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Reads the members of one manifest by type; errors name file and member. Immutable.
 *
 * @since 0.1.0
 */
public final class ManifestReader {
    private final Path file;
    private final ValueSet members;

    ManifestReader(Path file, ValueSet members) {
        this.file = file;
        this.members = members;
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** Refuses members of other names: a misspelt one would be ignored silently. */
    public ManifestReader knowing(String... names) {
        Set<String> unknown = new TreeSet<>(members.keys());
        List.of(names).forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw fault("unknown member " + unknown + "; known are " + List.of(names));
        }
        return this;
    }

    /**
     * The member that says what the manifest is of, which its file is named after: a file that was copied or renamed is not
     * taken for another's.
     *
     * @throws IpcException {@code PROTOCOL_ERROR} when it is absent or not the file's name
     */
    public String ownName(String member) {
        String fileName = String.valueOf(file.getFileName());
        String expected = fileName.substring(0, fileName.length() - ManifestFolder.SUFFIX.length());
        String actual = text(member)
                .orElseThrow(() -> fault('"' + member + "\" is missing; expected the file's, \"" + expected + '"'));
        if (!actual.equals(expected)) {
            throw fault('"' + member + "\": expected the file's, \"" + expected + "\", actual=\"" + actual + '"');
        }
        return actual;
    }

    /** A text. */
    public Optional<String> text(String name) {
        return find(name, () -> members.getString(name));
    }

    /** A number, as the nearest double: one beyond all doubles is infinite, and the limits of its member refuse it. */
    public Optional<Double> number(String name) {
        return find(
                name,
                () -> members.get(name) instanceof BigDecimal decimal
                        ? decimal.doubleValue()
                        : members.getDouble(name));
    }

    /** A list of texts, empty when absent. */
    public List<String> texts(String name) {
        if (members.contains(name) && members.get(name) instanceof List<?> list && list.isEmpty()) {
            return List.of();
        }
        return find(name, () -> List.of(members.getStrings(name))).orElse(List.of());
    }

    /** The member that is a command line: a program, by its absolute path or its name on the PATH, and its arguments. */
    public List<String> command(String name) {
        List<String> command = texts(name);
        if (command.isEmpty() || command.get(0).isBlank()) {
            throw fault("\"" + name + "\": expected a list of the program and its arguments"
                    + " such as [\"/usr/bin/java\", \"-jar\", \"/opt/quotes.jar\"], actual=" + command);
        }
        if (command.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
            throw fault("\"" + name + "\": no system takes a NUL character in a command");
        }
        return command;
    }

    /** An object, as another manifest of this file. */
    public Optional<ManifestReader> object(String name) {
        return find(name, () -> new ManifestReader(file, members.getValueSet(name)));
    }

    /** The names of its members. */
    public Set<String> names() {
        return members.keys();
    }

    /** The error for a fault in this file. */
    public IpcException fault(String what) {
        return ManifestFolder.malformed(file, what);
    }

    /** The member that is one of some words. */
    public <E extends Enum<E>> Optional<E> word(String name, Class<E> words) {
        return text(name)
                .map(text -> Arrays.stream(words.getEnumConstants())
                        .filter(each -> wordOf(each).equals(text))
                        .findFirst()
                        .orElseThrow(() -> fault("\"" + name + "\": expected one of "
                                + Arrays.stream(words.getEnumConstants())
                                        .map(ManifestReader::wordOf)
                                        .toList()
                                + ", actual=\"" + text + '"')));
    }

    /** PER_CONNECTION as {@code per-connection}. */
    public static String wordOf(Enum<?> constant) {
        return constant.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    private <T> Optional<T> find(String name, Supplier<T> member) {
        if (!members.contains(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(member.get());
        } catch (IpcException e) {
            throw fault(e.reason());
        }
    }
}
