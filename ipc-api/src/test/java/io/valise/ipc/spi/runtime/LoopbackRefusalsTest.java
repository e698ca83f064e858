package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LoopbackRefusalsTest {
    private static final LoopbackRefusal REFUSAL = LoopbackRefusal.now(
            "loopback:quotes", "quotes_0", true, Optional.of("reader_0"), "server lacks an in rule for reader_0");

    @TempDir
    Path temp;

    private String before = "";

    @BeforeEach
    void moveIn() {
        before = System.getProperty("valise.home", "");
        System.setProperty("valise.home", temp.resolve("run").toString());
    }

    @AfterEach
    void moveOut() {
        if (before.isEmpty()) {
            System.clearProperty("valise.home");
        } else {
            System.setProperty("valise.home", before);
        }
    }

    private List<Path> files() {
        return Entries.of(temp.resolve("run").resolve(LoopbackRefusals.FOLDER)).stream()
                .filter(file -> !file.getFileName().toString().startsWith("."))
                .toList();
    }

    private Path lines() {
        return files().stream()
                .filter(file -> file.toString().endsWith(".lines"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void allWhoWatchAreToldAndNothingIsWrittenForNone() {
        LoopbackRefusals.tell(REFUSAL);
        assertThat(temp.resolve("run")).doesNotExist();
        LoopbackRefusal nameless = LoopbackRefusal.now("loopback:x", "x_0", false, Optional.empty(), "why\nnot\t");
        try (LoopbackRefusals.Watch one = LoopbackRefusals.watch();
                LoopbackRefusals.Watch two = LoopbackRefusals.watch()) {
            assertThat(one.next()).isEmpty();
            LoopbackRefusals.tell(REFUSAL);
            assertThat(one.next()).containsExactly(REFUSAL);
            LoopbackRefusals.tell(nameless);
            assertThat(two.next())
                    .hasSize(2)
                    .last()
                    .satisfies(told -> assertThat(told.because()).isEqualTo("why?not?"))
                    .satisfies(told -> assertThat(told.peer()).isEmpty());
            assertThat(one.next()).hasSize(1);
            assertThat(one.next()).isEmpty();
            assertThat(one.overflowed()).isFalse();
        }
        assertThat(files()).isEmpty();
    }

    /** A process can be killed while it writes a line. */
    @Test
    void halfALineIsNotShownAndSpoilsNoLaterLine() throws IOException {
        try (LoopbackRefusals.Watch watch = LoopbackRefusals.watch()) {
            Files.writeString(lines(), "2026-01-01T00:0", StandardOpenOption.APPEND);
            assertThat(watch.next()).isEmpty();
            Files.writeString(lines(), "\n\u00e9\n", StandardOpenOption.APPEND);
            LoopbackRefusals.tell(REFUSAL);
            assertThat(watch.next()).containsExactly(REFUSAL);
        }
    }

    @Test
    void whatAKilledWatcherLeftGoesWithTheNextWatch() throws IOException {
        Path folder = RuntimeDirectory.current().folder(LoopbackRefusals.FOLDER);
        Files.writeString(folder.resolve("dead.lines"), "");
        Files.writeString(folder.resolve("dead.held"), "");
        LoopbackRefusals.tell(REFUSAL);
        assertThat(folder.resolve("dead.lines")).isNotEmptyFile();
        try (LoopbackRefusals.Watch watch = LoopbackRefusals.watch()) {
            assertThat(files()).hasSize(2).noneMatch(file -> file.toString().contains("dead"));
            assertThat(watch.next()).isEmpty();
        }
    }

    /** A pipe in its place would block who writes, a link would lead elsewhere. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void whatIsNoRegularFileIsNotWrittenTo() throws Exception {
        Path folder = RuntimeDirectory.current().folder(LoopbackRefusals.FOLDER);
        Path pipe = folder.resolve("pipe.lines");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Path elsewhere = Files.writeString(temp.resolve("elsewhere"), "");
        Files.createSymbolicLink(folder.resolve("link.lines"), elsewhere);
        LoopbackRefusals.tell(REFUSAL);
        assertThat(elsewhere).isEmptyFile();
    }

    @Test
    void aClosedWatchTellsNothing() {
        LoopbackRefusals.Watch watch = LoopbackRefusals.watch();
        LoopbackRefusals.tell(REFUSAL);
        watch.close();
        watch.close();
        assertThat(watch.next()).isEmpty();
    }

    @Test
    void aWatchThatIsNotReadStaysShortAndSaysSo() throws IOException {
        try (LoopbackRefusals.Watch watch = LoopbackRefusals.watch()) {
            int told = LoopbackRefusals.MOST_BYTES / (REFUSAL.line().length() + 1) + 1;
            Files.writeString(lines(), (REFUSAL.line() + '\n').repeat(told), StandardOpenOption.APPEND);
            LoopbackRefusals.tell(REFUSAL);
            assertThat(watch.next()).as("without the last one").hasSize(told);
            assertThat(watch.overflowed()).isTrue();
            assertThat(watch.overflowed()).isFalse();
            LoopbackRefusals.tell(REFUSAL);
            assertThat(watch.next()).containsExactly(REFUSAL);
        }
    }
}
