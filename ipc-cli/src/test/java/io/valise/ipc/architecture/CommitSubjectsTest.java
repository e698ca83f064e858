package io.valise.ipc.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code .ci/subjects}, which checks the messages of new commits. */
@EnabledOnOs(OS.LINUX)
class CommitSubjectsTest {
    private static final Path SCRIPT = Path.of("").toAbsolutePath().resolveSibling(".ci/subjects");
    private static final String SEVENTY_TWO =
            "Count characters, not bytes: ä counts one, and so do ö, ü, é, ñ and å ok";

    @TempDir
    Path work;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Add a test",
                "Need less memory per link",
                "Bring the figures up to date",
                "Revert \"Add a test\"",
                "Read .ci/run with bash, not sh",
                "Add a test\n",
                "Add a test\n\nThe reason stands here.\n\nIt has two paragraphs.",
                "Add a test\n\n# Please enter the commit message",
                SEVENTY_TWO
            })
    void acceptsAnImperativeLine(String message) throws Exception {
        assertThat(check(message)).isEqualTo(new Result(0, ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Added a test | begins with \"Added\"; use the imperative",
                "Adding a test | begins with \"Adding\"; use the imperative",
                "add a test | does not begin with a capital letter",
                "'' | does not begin with a capital letter",
                "Add a test. | ends with a full stop; leave it out",
                "fixup! Add a test | marks unfinished work",
                "squash! Add a test | marks unfinished work",
                "WIP | marks unfinished work",
                "wip: add a test | marks unfinished work",
                SEVENTY_TWO + "! | is too long: limit=72 characters, actual=73",
            })
    void refusesOtherSubjects(String message, String fault) throws Exception {
        Result result = check(message);
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.printed().lines()).hasSize(2);
        assertThat(result.printed()).contains(": " + message + "\n    " + fault);
    }

    @Test
    void refusesTextDirectlyBelowTheSubject() throws Exception {
        Result result = check("Add a test\nand say why");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.printed()).contains("is followed by text; put an empty line below the subject");
    }

    @Test
    void namesAllFaultsOfOneSubject() throws Exception {
        assertThat(check("Added a test.\nand say why").printed().lines()).hasSize(4);
    }

    @Test
    void checksTheCommitsThatAreNotInTheHistoryBefore() throws Exception {
        Path clone = repository("made it work.", "Add a test", "adds another");
        assertThat(run(clone, SCRIPT.toString(), "--since", "HEAD~2").printed())
                .contains("adds another\n", "Commit messages checked: 2")
                .doesNotContain("made it work");
        assertThat(run(clone, SCRIPT.toString(), "--since", "HEAD~2").status()).isEqualTo(1);
        assertThat(run(clone, SCRIPT.toString(), "--since", "HEAD"))
                .isEqualTo(new Result(0, "Commit messages checked: 0\n"));
    }

    /** The commit from which on the rules apply is not in such a clone. */
    @Test
    void checksWhatAShallowCloneHas() throws Exception {
        String origin =
                repository("made it work.", "Add a test", "Add another").toUri().toString();
        assertThat(run(work, "git", "clone", "-q", "--depth", "2", origin, "shallow")
                        .status())
                .isZero();
        assertThat(run(work.resolve("shallow"), SCRIPT.toString()))
                .isEqualTo(new Result(
                        0, "A shallow clone: the commits that it has are checked.\nCommit messages checked: 2\n"));
    }

    @Test
    void leavesAFolderAloneThatIsNoClone() throws Exception {
        assertThat(run(work, SCRIPT.toString())).isEqualTo(new Result(0, "Skipped: this is no clone.\n"));
    }

    @Test
    void refusesACommitThatIsNotThere() throws Exception {
        assertThat(run(repository("Add a test"), SCRIPT.toString(), "--since", "0123456"))
                .isEqualTo(new Result(2, "no such commit here: 0123456\n"));
    }

    private Result check(String message) throws Exception {
        return run(
                work,
                SCRIPT.toString(),
                Files.writeString(work.resolve("message"), message).toString());
    }

    /** A repository with a commit for each message, in this order. */
    private Path repository(String... messages) throws Exception {
        Path repository = Files.createDirectory(work.resolve("repository"));
        assertThat(run(repository, "git", "init", "-q").status()).isZero();
        for (String message : messages) {
            assertThat(run(repository, "git", "commit", "-q", "--allow-empty", "-m", message))
                    .isEqualTo(new Result(0, ""));
        }
        return repository;
    }

    /** The settings of this user and system, such as hooks and signatures, do not count. */
    private static Result run(Path folder, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("GIT_"));
        Stream.of("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM")
                .forEach(name -> builder.environment().put(name, "/dev/null"));
        for (String role : List.of("AUTHOR", "COMMITTER")) {
            builder.environment().put("GIT_" + role + "_NAME", "A. Tester");
            builder.environment().put("GIT_" + role + "_EMAIL", "tester@example.com");
        }
        Process process = builder.start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), printed);
    }

    private record Result(int status, String printed) {}
}
