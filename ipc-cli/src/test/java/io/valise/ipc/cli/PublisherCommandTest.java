package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.PublisherFolder;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code ipc publisher}. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class PublisherCommandTest {
    @RegisterExtension
    final OwnHome own = new OwnHome();

    private static PublisherFolder folder(String publisher, String name, int bytes) throws IOException {
        AppIdentity app = AppIdentity.open(publisher, "editor");
        PublisherFolder.declare(app, name);
        PublisherFolder folder = PublisherFolder.open(app, name);
        folder.write("a", new byte[bytes]);
        return folder;
    }

    @Test
    void foldersAreListedAndThoseOfOnePublisherCleared() throws IOException {
        assertThat(CommandRun.of("publisher", "list").out().lines()).hasSize(1);
        assertThat(own.cache()).as("to look makes nothing").doesNotExist();
        PublisherFolder fonts = folder("acme", "fonts", 5);
        PublisherFolder images = folder("acme", "images", 6);
        PublisherFolder others = folder("umbrella", "fonts", 7);
        assertThat(CommandRun.of("publisher", "list").out().lines().skip(1))
                .hasSize(3)
                .anyMatch(line -> line.matches("acme +fonts +1 +5 +" + fonts.path()))
                .anyMatch(line -> line.matches("acme +images +1 +6 +" + images.path()))
                .anyMatch(line -> line.matches("umbrella +fonts +1 +7 +" + others.path()));
        assertThat(CommandRun.of("publisher", "list", "umbrella", "--json").out())
                .contains("\"publisher\":\"umbrella\",\"folder\":\"fonts\",\"files\":1,\"bytes\":7,\"path\":");

        CommandRun one = CommandRun.of("publisher", "clear", "acme", "fonts");
        assertThat(one.status()).as(one.err()).isZero();
        assertThat(one.out()).isEqualToIgnoringNewLines("cleared " + fonts.path() + ": 1 file, 5 bytes");
        assertThat(List.of(fonts.list(), images.list(), others.list()))
                .containsExactly(List.of(), List.of("a"), List.of("a"));
        CommandRun all = CommandRun.of("publisher", "clear", fonts.publisherId());
        assertThat(all.status()).as(all.err()).isZero();
        assertThat(images.list()).isEmpty();
        assertThat(others.list()).containsExactly("a");
    }

    @Test
    void whatCannotBeClearedIsToldAndTheRestCleared() throws IOException {
        PublisherFolder fonts = folder("acme", "fonts", 5);
        PublisherFolder images = folder("acme", "images", 6);
        Path precious = Files.writeString(
                Files.createDirectory(own.path().resolve("precious")).resolve("letter"), "dear");
        fonts.clear();
        Files.delete(fonts.path());
        Files.createSymbolicLink(fonts.path(), precious.getParent());
        CommandRun clear = CommandRun.of("publisher", "clear", "acme");
        assertThat(clear.status()).isEqualTo(1);
        assertThat(clear.err()).contains("ACCESS_DENIED", fonts.path().toString(), "it is a symbolic link: remove it");
        assertThat(images.list()).isEmpty();
        assertThat(precious).hasContent("dear");
        CommandRun list = CommandRun.of("publisher", "list");
        assertThat(list.status()).isEqualTo(1);
        assertThat(list.out()).contains("images").doesNotContain("letter");
    }

    @Test
    void unknownNamesAreRefused() throws IOException {
        folder("acme", "fonts", 5);
        assertThat(CommandRun.of("publisher").status()).isEqualTo(2);
        assertThat(CommandRun.of("publisher", "clear").status()).isEqualTo(2);
        assertThat(CommandRun.of("publisher", "clear", "../acme").status()).isEqualTo(2);
        CommandRun unknown = CommandRun.of("publisher", "clear", "unknown");
        assertThat(unknown.status()).isEqualTo(1);
        assertThat(unknown.err()).contains("no key of publisher \"unknown\"", "`ipc publisher list`");
        assertThat(CommandRun.of("publisher", "clear", "acme", "images").err()).contains("there are [fonts]");
    }
}
