package io.valise.ipc.services.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Which process a record means. */
@ExtendWith(HangWatchdog.class)
class StartRecordTest {
    private static final int MOST_TICKS_PER_SECOND = 1024;

    @Test
    @EnabledOnOs(OS.LINUX)
    void settingTheClockChangesNothingSinceItIsCountedFromTheStartOfTheSystem() throws IOException {
        double upSeconds =
                Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ", 2)[0]);
        assertThat(StartRecord.of(ProcessHandle.current()).began())
                .isBetween(1L, (long) (upSeconds * MOST_TICKS_PER_SECOND));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aProcessIsKnownByWhatWasWrittenDownWhateverItIsCalledUntilItHasEnded(@TempDir Path temp) throws Exception {
        Path odd = temp.resolve("a) S 1 (2 3");
        Files.copy(Path.of("/bin/sleep").toRealPath(), odd);
        assertThat(odd.toFile().setExecutable(true)).isTrue();
        Process process = new ProcessBuilder(odd.toString(), "60").start();
        try {
            StartRecord record = StartRecord.of(process.toHandle());
            assertThat(record.began())
                    .isGreaterThanOrEqualTo(
                            StartRecord.of(ProcessHandle.current()).began());
            assertThat(StartRecord.parse(record.format())).contains(record);
            assertThat(record.running()).contains(process.toHandle());
            assertThat(new StartRecord(record.pid(), record.began() - 1).running())
                    .as("another process that had the same id")
                    .isEmpty();
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(StartRecord.of(process.toHandle()).running()).isEmpty();
    }

    @Test
    void whatIsNoRecordIsNone() {
        for (String text : new String[] {"", "1", "-1 2", "1 2 3", "1234567890123456789 1", "x y"}) {
            assertThat(StartRecord.parse(text)).as(text).isEqualTo(Optional.empty());
        }
    }
}
