package io.valise.ipc.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A test of an internal class, since how soon a JVM starts is no result that a test of it could assert. */
class JavaCommandTest {
    /** Prints its arguments. */
    static final class Words {
        public static void main(String[] words) {
            System.out.println(List.of(words));
        }
    }

    /** A class path of its own, since another JVM of the tests may be making the archive of this one's. */
    @Test
    void classesAreReadFromTheArchive(@TempDir Path target) throws IOException, InterruptedException {
        List<Path> entries = new ArrayList<>(ClassPath.ofThisJvm().entries());
        entries.set(0, copy(ClassPath.entryOf(Words.class), target.resolve("test-classes")));
        PreparedClassPath prepared = PreparedClassPath.of(entries);
        assertThat(prepared.entries()).noneMatch(Files::isDirectory);
        assertThat(run(prepared)).contains(Words.class.getName() + " source: shared objects file (top)");

        assertThat(PreparedClassPath.of(entries).entries()).isEqualTo(prepared.entries());
        Files.writeString(target.resolve("test-classes/new.txt"), "changed");
        PreparedClassPath changed = PreparedClassPath.of(entries);
        assertThat(changed.entries()).isNotEqualTo(prepared.entries()).allMatch(Files::exists);
        assertThat(prepared.entries().get(0)).doesNotExist();
        assertThat(run(changed)).contains(Words.class.getName() + " source: shared objects file (top)");
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path path : tree.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
        return to;
    }

    private static String run(PreparedClassPath prepared) throws IOException {
        List<String> command = JavaCommand.command(prepared.archiveOptions(), prepared.toString());
        command.addAll(List.of("-Xlog:class+load", Words.class.getName()));
        Process process = TestProcesses.start(new ProcessBuilder(command).redirectErrorStream(true));
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void anotherClassPathIsUsedAsItIs(@TempDir Path folder) throws IOException, InterruptedException {
        ClassPath another = ClassPath.ofThisJvm().with(folder);
        assertThat(JavaCommand.of(another)).endsWith("-cp", another.toString());
        ForkedJvm.Ended ended = ForkedJvm.run(another, List.of("-Xlog:class+load"), Words.class, "two", "words");
        assertThat(ended.printed())
                .contains("[two, words]")
                .doesNotContain(Words.class.getName() + " source: shared objects file (top)");
    }

    @Test
    void commandsOfAStartedJvmHaveItsClassPath() throws IOException, InterruptedException {
        ForkedJvm.Ended ended = ForkedJvm.run(ClassPath.ofThisJvm(), List.of(), Starts.class);
        assertThat(ended.printed()).contains(PreparedClassPath.ofThisJvm().toString());
    }

    /** Prints the beginning of its own commands. */
    static final class Starts {
        public static void main(String[] none) {
            System.out.println(JavaCommand.ofThisClassPath());
        }
    }
}
