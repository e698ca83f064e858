package io.valise.ipc.testkit.process;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A class path for a {@link ForkedJvm}, made from that of this JVM: without some jars, or with others before it. Immutable.
 *
 * @since 0.1.0
 */
public final class ClassPath {
    private final List<Path> entries;

    private ClassPath(List<Path> entries) {
        this.entries = List.copyOf(entries);
    }

    /** The class path of this JVM. */
    public static ClassPath ofThisJvm() {
        return new ClassPath(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList());
    }

    /** These entries alone. */
    public static ClassPath of(List<Path> entries) {
        return new ClassPath(entries);
    }

    /** The jar or folder that a class of this JVM comes from. */
    public static Path entryOf(Class<?> type) {
        return Path.of(URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString()));
    }

    /**
     * Leaves out the jars whose file names match.
     *
     * @param fileNames a regular expression for the whole name
     * @throws IllegalStateException when there is none: a test that leaves out nothing proves nothing
     */
    public ClassPath without(String fileNames) {
        Predicate<Path> matches = entry -> entry.getFileName().toString().matches(fileNames);
        if (entries.stream().noneMatch(matches)) {
            throw new IllegalStateException("no file named " + fileNames + " on the class path " + this);
        }
        return new ClassPath(entries.stream().filter(matches.negate()).toList());
    }

    /** Puts an entry, a jar or a folder of classes, before all others. */
    public ClassPath with(Path entry) {
        List<Path> all = new ArrayList<>(List.of(entry));
        all.addAll(entries);
        return new ClassPath(all);
    }

    /**
     * Puts the jars of a folder before all others.
     *
     * @param fileNames a regular expression for their whole names
     * @throws IOException when the folder cannot be read
     * @throws IllegalStateException when there is none
     */
    public ClassPath withJarsOf(Path folder, String fileNames) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.list(folder)) {
            all = files.filter(file -> file.getFileName().toString().matches(fileNames))
                    .sorted()
                    .collect(Collectors.toCollection(ArrayList::new));
        }
        if (all.isEmpty()) {
            throw new IllegalStateException("no file named " + fileNames + " in " + folder);
        }
        all.addAll(entries);
        return new ClassPath(all);
    }

    /** Its entries, in their order. */
    public List<Path> entries() {
        return entries;
    }

    /** In the form of the option {@code -cp}. */
    @Override
    public String toString() {
        return entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
}
