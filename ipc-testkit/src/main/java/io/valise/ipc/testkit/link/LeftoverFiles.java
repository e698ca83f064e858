package io.valise.ipc.testkit.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.Candidate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.TreeSet;

/** The content of the directories where a transport may leave files, at one moment. Immutable. */
public final class LeftoverFiles {
    private final Candidate candidate;
    private final Set<Path> found;

    private LeftoverFiles(Candidate candidate, Set<Path> found) {
        this.candidate = candidate;
        this.found = found;
    }

    /** Lists the directories now. */
    public static LeftoverFiles of(Candidate candidate) {
        return new LeftoverFiles(candidate, find(candidate));
    }

    /** Lists them again: only lock files and directories may have been added. */
    public void assertNothingNew() {
        Set<Path> now = find(candidate);
        now.removeAll(found);
        assertThat(now).as("left behind").isEmpty();
    }

    private static Set<Path> find(Candidate candidate) {
        Set<Path> found = new TreeSet<>();
        for (Path place : candidate.directories()) {
            if (Files.isDirectory(place)) {
                walk(candidate, place, found);
            }
        }
        return found;
    }

    private static void walk(Candidate candidate, Path place, Set<Path> found) {
        try {
            Files.walkFileTree(place, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (candidate.isLeftover(file)) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look into " + place, e);
        }
    }
}
