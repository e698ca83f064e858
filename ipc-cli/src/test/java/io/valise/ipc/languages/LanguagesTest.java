package io.valise.ipc.languages;

import io.valise.ipc.testkit.language.JavaEnd;
import io.valise.ipc.testkit.language.LanguageContract;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The rules that a wire can show, between each two of the languages that a client or a server is written in. */
class LanguagesTest {
    /** Two programs, of which one needs an interpreter. */
    abstract static class Ends extends LanguageContract {
        private final List<Interpreter> needed;

        Ends(String scheme, List<String> server, List<String> client, Interpreter... needed) {
            super(scheme, server, client);
            this.needed = List.of(needed);
        }

        @Override
        protected void assumeHere() {
            needed.forEach(Interpreter::assumeHere);
        }
    }

    @Nested
    class NodeServesJavaByPipe extends Ends {
        NodeServesJavaByPipe() {
            super("pipe", Interpreter.NODE.command(), JavaEnd.command(), Interpreter.NODE);
        }
    }

    @Nested
    class JavaServesNodeByPipe extends Ends {
        JavaServesNodeByPipe() {
            super("pipe", JavaEnd.command(), Interpreter.NODE.command(), Interpreter.NODE);
        }
    }

    @Nested
    class NodeServesJavaByLoopback extends Ends {
        NodeServesJavaByLoopback() {
            super("loopback", Interpreter.NODE.command(), JavaEnd.command(), Interpreter.NODE);
        }
    }

    @Nested
    class JavaServesNodeByLoopback extends Ends {
        JavaServesNodeByLoopback() {
            super("loopback", JavaEnd.command(), Interpreter.NODE.command(), Interpreter.NODE);
        }
    }

    @Nested
    class JavaServesPythonByPipe extends Ends {
        JavaServesPythonByPipe() {
            super("pipe", JavaEnd.command(), Interpreter.PYTHON.command(), Interpreter.PYTHON);
        }
    }

    @Nested
    class JavaServesPythonByLoopback extends Ends {
        JavaServesPythonByLoopback() {
            super("loopback", JavaEnd.command(), Interpreter.PYTHON.command(), Interpreter.PYTHON);
        }
    }

    @Nested
    class NodeServesPython extends Ends {
        NodeServesPython() {
            super(
                    "pipe",
                    Interpreter.NODE.command(),
                    Interpreter.PYTHON.command(),
                    Interpreter.NODE,
                    Interpreter.PYTHON);
        }
    }

    /** What both ends of the kit say of themselves: the cases are right where no other language takes part. */
    @Nested
    class JavaServesJava extends Ends {
        JavaServesJava() {
            super("pipe", JavaEnd.command(), JavaEnd.command());
        }
    }
}
