package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.FileAccessManifest;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code ipc access}. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class AccessCommandTest {
    @RegisterExtension
    final OwnHome own = new OwnHome();

    private AppIdentity editor;
    private Path documents;
    private Path absent;

    @BeforeEach
    void declare() throws IOException {
        editor = AppIdentity.open("acme", "editor");
        documents = Files.createDirectory(own.path().toRealPath().resolve("documents"));
        absent = documents.resolveSibling("gone");
        FileAccessManifest.declare(editor, documents, absent);
    }

    private static CommandRun good(String... line) {
        CommandRun run = CommandRun.of(line);
        assertThat(run.status()).as(run.err()).isZero();
        return run;
    }

    private void assertShows(CommandRun run, String consent) {
        assertThat(run.out().lines().skip(1))
                .hasSize(2)
                .anyMatch(line -> line.matches(editor.id() + " +" + documents + " +" + consent + " +-"))
                .anyMatch(line -> line.matches(editor.id() + " +" + absent + " +no directory +-"));
    }

    @Test
    void consentIsShownGivenAndWithdrawn() {
        assertShows(good("access", "list"), "no");
        assertShows(good("access", "allow", "acme/editor"), "yes");
        assertThat(FileAccessManifest.policy(editor).roots()).containsExactly(documents);
        assertThat(good("access", "list", editor.id(), "--json").out())
                .contains("\"root\":\"" + documents + "\",\"consent\":\"yes\",\"directory\":\"" + documents + '"');
        assertShows(good("access", "withdraw", "acme/editor", documents.toString()), "no");
        assertThat(FileAccessManifest.policy(editor).roots()).isEmpty();
        assertShows(good("access", "allow", "acme/editor", documents.toString()), "yes");
        FileAccessManifest.declare(editor, absent);
        assertThat(good("access", "list").out()).containsPattern(documents + " +yes, not declared");
        good("access", "withdraw", "acme/editor");
        assertThat(FileAccessManifest.of(editor.id()).consented()).isEmpty();
    }

    @Test
    void whereALinkLeadsIsShown() throws IOException {
        Path link = Files.createSymbolicLink(own.path().toRealPath().resolve("link"), documents);
        FileAccessManifest.declare(editor, link);
        assertThat(good("access", "allow", "acme/editor").out()).containsPattern(link + " +yes +" + documents);
        Files.delete(link);
        Path secrets = Files.createDirectory(documents.resolveSibling("secrets"));
        Files.createSymbolicLink(link, secrets);
        assertThat(good("access", "list").out())
                .containsPattern(link + " +no +" + secrets)
                .containsPattern(documents + " +yes, not declared +-");
        assertThat(good("access", "list", "--json").out())
                .contains("\"root\":\"" + link + "\",\"consent\":\"no\",\"directory\":\"" + secrets + '"');
    }

    @Test
    void whatIsWrongIsTold() throws IOException {
        assertThat(CommandRun.of("access").status()).isEqualTo(2);
        assertThat(CommandRun.of("access", "allow").status()).isEqualTo(2);
        CommandRun undeclared = CommandRun.of("access", "allow", "acme/editor", "/");
        assertThat(undeclared.status()).isEqualTo(1);
        assertThat(undeclared.err()).contains("root /: expected one that", documents.toString());
        assertThat(CommandRun.of("access", "allow", "acme/editor", absent.toString())
                        .err())
                .contains("expected a directory");
        assertThat(CommandRun.of("access", "allow", "acme/viewer").err()).contains("declares no directories");
        assertThat(CommandRun.of("access", "withdraw", "acme/editor", documents.toString())
                        .err())
                .contains("that the user has consented to");
        Files.writeString(own.configuration().resolve("access/" + editor.id() + ".json"), "{");
        CommandRun damaged = CommandRun.of("access", "list");
        assertThat(damaged.status()).isEqualTo(1);
        assertThat(damaged.err()).contains("PROTOCOL_ERROR");
    }
}
