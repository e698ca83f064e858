package io.valise.ipc.testkit.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the driver makes of programs that keep to the test protocol, and of others. */
@ExtendWith(HangWatchdog.class)
class LanguageEndTest {
    private static LanguageEnd shell(String script) {
        return LanguageEnd.start(List.of("sh", "-c", script), TestHome.path());
    }

    @Test
    void aProgramSaysWhatItCanDoAndAnswersLineByLine() {
        try (LanguageEnd end = shell("echo ready client serves; while read -r line; do echo \"ok $line\"; done")) {
            assertThat(end.can("client")).isTrue();
            assertThat(end.can("server")).isFalse();
            assertThat(end.ask("request", "echo", "a0")).containsExactly("ok", "request", "echo", "a0");
            assertThat(end.ask("close")).containsExactly("ok", "close");
        }
    }

    @Test
    void aProgramThatSaysSomethingElseFirstIsRefused() {
        assertThatThrownBy(() -> shell("echo hello"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("expected=ready and its abilities, actual=[hello]");
    }

    @Test
    void aProgramThatIsRefusedIsEnded() {
        AssertionError refused =
                catchThrowableOfType(AssertionError.class, () -> shell("echo hello $$; exec sleep 600"));
        Matcher said = Pattern.compile("actual=\\[hello, (\\d+)]").matcher(refused.getMessage());
        assertThat(said.find()).isTrue();
        Optional<ProcessHandle> left = ProcessHandle.of(Long.parseLong(said.group(1)));
        left.ifPresent(process -> process.onExit().join());
        assertThat(left.filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void aProgramThatEndsIsNamed() {
        assertThatThrownBy(() -> shell("exit 1"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("sh, -c, exit 1] has ended");
    }

    @Test
    void messagesAreWords() {
        ValueSet message = ValueSet.of("n", 1);
        assertThat(LanguageEnd.word(message)).isEqualTo("a1616e01");
        assertThat(LanguageEnd.message("a1616e01")).isEqualTo(message);
    }
}
