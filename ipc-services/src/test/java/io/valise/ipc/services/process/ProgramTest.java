package io.valise.ipc.services.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Within the package, since a process cannot change its own PATH. */
class ProgramTest {
    @TempDir
    private Path temp;

    @Test
    void aFolderOnThePathHidesNoProgramOfItsName() throws IOException {
        Files.createDirectories(temp.resolve("first/tool"));
        Path tool =
                Files.createFile(Files.createDirectories(temp.resolve("second")).resolve("tool"));
        assertThat(tool.toFile().setExecutable(true)).isTrue();
        String path = temp.resolve("first") + File.pathSeparator + File.pathSeparator + temp.resolve("second");
        assertThat(Program.onPath("tool", path)).isEqualTo(tool);
        assertThatThrownBy(() -> Program.onPath("tool", temp.resolve("first").toString()))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("no such program on the PATH=" + temp.resolve("first"));
        assertThatThrownBy(() -> Program.onPath("tool", null)).hasMessageContaining("expected an absolute path");
    }
}
