package io.valise.ipc.testkit.session;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.TestHome;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** Base of rule groups that give a test a runtime directory of its own. */
abstract class RuntimeDirectoryRules extends SessionRules {
    RuntimeDirectoryRules(Candidate candidate) {
        super(candidate);
    }

    /** A fresh directory in which all users may create files, as in /tmp; removed after the test. */
    final Path commons() throws IOException {
        assumeTrue(candidate.betweenProcesses(), "this transport stays within the process");
        assumeTrue(candidate.usesRuntimeDirectory(), "this transport does not use the runtime directory");
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"), "no modes here");
        Path commons = Files.createTempDirectory("vh");
        closing(() -> TestHome.deleteAll(commons));
        Files.setPosixFilePermissions(commons, PosixFilePermissions.fromString("rwxrwxrwx"));
        return commons;
    }

    /** Makes this the runtime directory until the test ends. */
    final Path moveTo(Path home) {
        String before = TestHome.path().toString();
        System.setProperty(TestHome.PROPERTY, home.toString());
        closing(() -> System.setProperty(TestHome.PROPERTY, before));
        return home;
    }

    /** All files below a directory, sockets included; none when it does not exist. */
    static List<Path> filesIn(Path home) throws IOException {
        try (Stream<Path> tree = Files.walk(home)) {
            return tree.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        } catch (NoSuchFileException absent) {
            return List.of();
        }
    }
}
