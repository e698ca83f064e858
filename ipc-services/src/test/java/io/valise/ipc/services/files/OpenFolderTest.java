package io.valise.ipc.services.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Between the steps of a {@code clear()}, where no caller of a {@link PublisherFolder} can exchange a folder at will. */
@EnabledOnOs(OS.LINUX) // elsewhere there is no SecureDirectoryStream
class OpenFolderTest {
    @TempDir
    private Path temp;

    private Path inner;
    private Path precious;

    @BeforeEach
    void lay() throws IOException {
        inner = Files.createDirectories(temp.resolve("top/inner"));
        Files.writeString(inner.resolve("letter"), "mine");
        precious = Files.createDirectory(temp.resolve("precious"));
        Files.writeString(precious.resolve("letter"), "dear");
    }

    /** A link to another folder comes in its place. */
    private Path exchange(Path folder) throws IOException {
        Path moved = Files.move(folder, temp.resolve("moved"));
        Files.createSymbolicLink(folder, precious);
        return moved;
    }

    @Test
    void aLinkInTheEndIsNotEntered() throws IOException {
        try (OpenFolder top = OpenFolder.at(temp.resolve("top"))) {
            assertThat(top.entries()).containsExactly(inner);
            assertThat(top.isFolder(inner)).isTrue();
            exchange(inner);
            assertThatThrownBy(() -> top.enter(inner)).isInstanceOf(NotDirectoryException.class);
            assertThat(top.isFolder(inner)).isFalse();
            top.deleteFile(inner);
        }
        assertThat(temp.resolve("top")).isEmptyDirectory();
        assertThat(precious.resolve("letter")).hasContent("dear");
        Path link = Files.createSymbolicLink(temp.resolve("link"), precious);
        assertThatThrownBy(() -> OpenFolder.at(link)).isInstanceOf(NotDirectoryException.class);
    }

    @Test
    void whatWasEnteredIsClearedThoughItsNameLeadsElsewhere() throws IOException {
        Path moved;
        try (OpenFolder top = OpenFolder.at(temp.resolve("top"));
                OpenFolder entered = top.enter(inner)) {
            moved = exchange(inner);
            for (Path entry : entered.entries()) {
                assertThat(entered.isFolder(entry)).isFalse();
                entered.deleteFile(entry);
            }
            assertThatThrownBy(() -> top.deleteFolder(inner)).isInstanceOf(IOException.class);
        }
        assertThat(moved).isEmptyDirectory();
        assertThat(precious.resolve("letter")).hasContent("dear");
    }
}
