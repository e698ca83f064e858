package io.valise.ipc.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.TestProcesses;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MessageWindowTest {
    private static final String PROPERTY = "java.awt.headless";
    private String before = "";

    @BeforeEach
    void hideDisplay() {
        before = System.getProperty(PROPERTY, "");
        System.setProperty(PROPERTY, "true");
    }

    @AfterEach
    void showDisplay() {
        if (before.isEmpty()) {
            System.clearProperty(PROPERTY);
        } else {
            System.setProperty(PROPERTY, before);
        }
    }

    @Test
    void withoutADisplayNoWindowIsOpened() {
        assertThat(MessageWindow.tryShow("no match", message -> fail("a window for " + message)))
                .isFalse();
    }

    @Test
    void onADisplayTheWindowShowsTheMessageUntilItIsClosed() throws IOException {
        assumeThat(Path.of(System.getProperty("java.home"), "lib", "libawt_xawt.so"))
                .as("AWT for X, which a JDK without windows lacks")
                .exists();
        assumeThat(Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)))
                .as("folders with a display that needs no screen")
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "Xvfb")));
        Process display = start(List.of("Xvfb", "-displayfd", "1", "-nolisten", "tcp"), "");
        try (BufferedReader number = display.inputReader(StandardCharsets.UTF_8)) {
            List<String> program = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    ClassPath.ofThisJvm().toString(),
                    WindowProgram.class.getName(),
                    "no match");
            Process shown = start(program, ":" + number.readLine());
            try (BufferedReader out = shown.inputReader(StandardCharsets.UTF_8)) {
                assertThat(out.lines()).containsExactly("window: no match", "shown: true");
            }
        } finally {
            display.destroy();
        }
    }

    private static Process start(List<String> command, String display) throws IOException {
        ProcessBuilder program = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        program.environment().put("DISPLAY", display);
        return TestProcesses.start(program);
    }
}
