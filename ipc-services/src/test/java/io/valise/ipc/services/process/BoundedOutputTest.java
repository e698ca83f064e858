package io.valise.ipc.services.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testlog.Logs;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What programs print is kept within limits, in memory and in the runtime directory. */
@ExtendWith(HangWatchdog.class)
class BoundedOutputTest {
    private static final String FOLDER = "services";
    private static final int MOST_OF_A_LOG = ServiceLog.MOST_BYTES * 3 / 4;

    @BeforeEach
    void makeFolder() throws IOException {
        assertThat(TestHome.path()).isDirectory();
        try (Stream<Path> left =
                Files.list(ServiceLog.of(FOLDER, "chatty").file().getParent())) {
            for (Path log :
                    left.filter(file -> file.toString().contains(".log")).toList()) {
                Files.delete(log);
            }
        }
    }

    /** A program that prints a number of mebibytes without a line break, and then a word. */
    static final class Dots {
        private Dots() {}

        public static void main(String[] arguments) {
            PrintStream out = new PrintStream(new FileOutputStream(java.io.FileDescriptor.out), false, UTF_8);
            byte[] dots = ".".repeat(1 << 20).getBytes(UTF_8);
            for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
                out.write(dots, 0, dots.length);
            }
            out.print("\nlast");
            out.flush();
        }
    }

    /** In a JVM with a heap smaller than the line. */
    static final class Listener {
        private Listener() {}

        public static void main(String[] arguments) throws Exception {
            Process dots = new ProcessBuilder(
                            java(), "-cp", System.getProperty("java.class.path"), Dots.class.getName(), "100")
                    .redirectErrorStream(true)
                    .start();
            LastLines lines = LastLines.of(dots);
            dots.waitFor();
            System.out.print(lines.atEnd());
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    @Test
    void aHundredMebibytesWithoutALineBreakFitIntoASmallHeap() throws Exception {
        assertThat(ForkedJvm.run(ClassPath.ofThisJvm(), List.of("-Xmx32m", "-Dfile.encoding=UTF-8"), Listener.class))
                .isEqualTo(new ForkedJvm.Ended(0, "; it said last: " + ".".repeat(500) + "… | last"));
    }

    @Test
    void aLogKeepsToItsLimitHoweverMuchIsPrinted() throws Exception {
        ServiceLog log = ServiceLog.of(FOLDER, "chatty");
        Path before = log.file().resolveSibling("chatty.log.1");
        assertThat(log.begin().file()).isEqualTo(log.file().toFile());
        try (FileOutputStream file = new FileOutputStream(log.file().toFile(), true);
                OutputStream guarded = log.guard(file)) {
            byte[] line = ("x".repeat(999) + "\n").getBytes(UTF_8);
            for (int i = 0; i < 2_000; i++) {
                guarded.write(line);
                assertThat(Files.size(log.file())).isLessThanOrEqualTo(ServiceLog.MOST_BYTES);
            }
            guarded.write(new byte[1 << 20]);
            assertThat(Files.size(log.file())).isLessThanOrEqualTo(ServiceLog.MOST_BYTES);
            assertThat(Files.size(before)).isLessThanOrEqualTo(ServiceLog.MOST_BYTES);
            guarded.write("the last word".getBytes(UTF_8));
            assertThat(LastLines.of(log.file())).endsWith("the last word");
            Files.delete(log.file()); // as for a newer instance
            for (int i = 0; i < 8; i++) {
                guarded.write(new byte[MOST_OF_A_LOG]);
                assertThat(file.getChannel().size()).as("without a name").isLessThanOrEqualTo(ServiceLog.MOST_BYTES);
            }
            assertThat(log.file()).doesNotExist();
        }
        log.begin();
        assertThat(before).doesNotExist();
    }

    @Test
    void aLogOfAThreadThatIsInterruptedKeepsToItsLimitAndStaysOpen() throws Exception {
        ServiceLog log = ServiceLog.of(FOLDER, "chatty");
        assertThat(log.begin().file()).exists();
        try (FileOutputStream file = new FileOutputStream(log.file().toFile(), true);
                OutputStream guarded = log.guard(file)) {
            Thread.currentThread().interrupt();
            for (int i = 0; i < 4; i++) {
                guarded.write(new byte[MOST_OF_A_LOG]);
                assertThat(log.file().toFile().length()).isLessThanOrEqualTo(ServiceLog.MOST_BYTES);
            }
            assertThat(Thread.interrupted()).as("the interrupt stays").isTrue();
            assertThat(file.getChannel().isOpen()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void theNewestLogsOfInstancesAreKept() throws IOException {
        Path folder = ServiceLog.of(FOLDER, "chatty").file().getParent();
        Files.writeString(folder.resolve("chatty.log"), "its own");
        Files.writeString(folder.resolve("chattyother.log"), "another's");
        Files.writeString(folder.resolve("chatty.admin.log"), "another's");
        Files.setLastModifiedTime(folder.resolve("chatty.admin.log"), FileTime.fromMillis(1));
        for (int i = 0; i < 20; i++) {
            Path log = Files.writeString(folder.resolve(String.format("chatty@%08x.log", i)), "said");
            Files.writeString(folder.resolve(log.getFileName() + ".1"), "before");
            Files.setLastModifiedTime(log, FileTime.fromMillis(1_000_000 + i * 1_000L));
        }

        ServiceLog.deleteOld(FOLDER, "chatty");

        try (Stream<Path> left = Files.list(folder)) {
            List<String> names = left.map(log -> log.getFileName().toString())
                    .filter(name -> name.contains(".log"))
                    .toList();
            assertThat(names)
                    .hasSize(2 * ServiceLog.MOST_INSTANCES + 3)
                    .contains(
                            "chatty.log",
                            "chattyother.log",
                            "chatty.admin.log",
                            "chatty@00000013.log",
                            "chatty@00000004.log.1")
                    .doesNotContain("chatty@00000003.log", "chatty@00000003.log.1");
        }
    }

    @Test
    @Logs("cannot remove the old log ")
    void anOldLogThatCannotBeDeletedKeepsNoOther() throws IOException {
        Path folder = ServiceLog.of(FOLDER, "stuck").file().getParent();
        Path stuck = Files.createDirectories(folder.resolve("stuck@00000001.log/inside"))
                .getParent();
        Files.setLastModifiedTime(stuck, FileTime.fromMillis(2_000));
        Path old = Files.writeString(folder.resolve("stuck@00000000.log"), "said");
        Files.setLastModifiedTime(old, FileTime.fromMillis(1_000));
        for (int i = 2; i < ServiceLog.MOST_INSTANCES + 2; i++) {
            Files.writeString(folder.resolve(String.format("stuck@%08x.log", i)), "said");
        }

        ServiceLog.deleteOld(FOLDER, "stuck");

        assertThat(old).doesNotExist();
        assertThat(stuck).exists();
    }

    @Test
    void aProcessThatSaidNothingLeavesNothing() throws IOException {
        ServiceLog log = ServiceLog.of(FOLDER, "chatty");
        Files.writeString(log.file(), "x");
        log.deleteIfEmpty();
        assertThat(log.file()).exists();
        Files.writeString(log.file(), "");
        log.deleteIfEmpty();
        log.deleteIfEmpty();
        assertThat(log.file()).doesNotExist();
    }
}
