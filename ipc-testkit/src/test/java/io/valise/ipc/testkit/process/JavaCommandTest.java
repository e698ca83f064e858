package io.valise.ipc.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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

    @Test
    void classesAreReadFromTheArchive() throws IOException, InterruptedException {
        ForkedJvm.Ended ended =
                ForkedJvm.run(ClassPath.ofThisJvm(), List.of("-Xlog:class+load"), Words.class, "two", "words");
        assertThat(ended.printed())
                .contains("[two, words]")
                .contains(Words.class.getName() + " source: shared objects file (top)");
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
    void commandsOfAStartedJvmUseTheSameArchive() throws IOException, InterruptedException {
        ForkedJvm.Ended ended = ForkedJvm.run(ClassPath.ofThisJvm(), List.of(), Starts.class);
        assertThat(ended.printed()).contains(JavaCommand.ofThisClassPath().toString());
    }

    /** Prints the beginning of its own commands. */
    static final class Starts {
        public static void main(String[] none) {
            System.out.println(JavaCommand.ofThisClassPath());
        }
    }
}
