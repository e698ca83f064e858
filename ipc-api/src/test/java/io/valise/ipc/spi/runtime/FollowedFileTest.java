package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FollowedFileTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private final AtomicBoolean shortage = new AtomicBoolean();

    private FollowedFile<String> follow() {
        return new FollowedFile<>(
                () -> {
                    looks.incrementAndGet();
                    return Optional.of(folder.resolve("file"));
                },
                place -> {
                    reads.incrementAndGet();
                    if (shortage.get()) {
                        throw new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "no descriptors");
                    }
                    return place.map(FollowedFileTest::text).orElse("absent");
                },
                now::get);
    }

    private static String text(Path file) {
        try {
            String text = Files.readString(file);
            if (text.equals("damaged")) {
                throw new IpcException(IpcStatus.PROTOCOL_ERROR, "it is damaged");
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each file of long ago, with a time of its own. */
    private void write(String text) throws IOException {
        Path draft = Files.writeString(folder.resolve("draft"), text);
        Files.setLastModifiedTime(draft, FileTime.fromMillis(TimeUnit.HOURS.toMillis(writes.incrementAndGet())));
        Files.move(draft, folder.resolve("file"), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void looksOnceASecondAndReadsWhatHasChanged() throws IOException {
        FollowedFile<String> file = follow();
        assertThat(file.recent()).isEqualTo("absent");
        write("one");
        assertThat(file.recent()).isEqualTo("absent");
        assertThat(looks).hasValue(1);
        now.addAndGet(SECOND);
        assertThat(file.recent()).isEqualTo("one");
        write("two");
        assertThat(file.latest()).isEqualTo("two");
        assertThat(file.recent()).isEqualTo("two");
        assertThat(looks).hasValue(3);
        assertThat(reads).hasValue(3);
        now.addAndGet(SECOND);
        assertThat(file.recent()).isEqualTo("two");
        assertThat(reads).as("unchanged").hasValue(3);
        Files.delete(folder.resolve("file"));
        assertThat(file.latest()).isEqualTo("absent");
    }

    @Test
    void seesAChangeOfTheSameFileByItsTime() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "one");
        FollowedFile<String> followed = follow();
        assertThat(followed.latest()).isEqualTo("one");
        Files.writeString(file, "two");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        assertThat(followed.latest()).isEqualTo("two");
    }

    /** Within the step in which the file system counts time, or after a clock was set back. */
    @Test
    void seesAChangeThatLeavesTimeLengthAndFileAsTheyWere() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "one");
        FileTime later = FileTime.fromMillis(System.currentTimeMillis() + TimeUnit.HOURS.toMillis(1));
        Files.setLastModifiedTime(file, later);
        FollowedFile<String> followed = follow();
        assertThat(followed.latest()).isEqualTo("one");
        Files.writeString(file, "two");
        Files.setLastModifiedTime(file, later);
        assertThat(followed.recent()).as("a second has not passed").isEqualTo("one");
        now.addAndGet(SECOND);
        assertThat(followed.recent()).isEqualTo("two");
        Files.writeString(file, "damaged");
        assertThatThrownBy(followed::latest).hasMessageContaining("it is damaged");
        Files.writeString(file, "mended!");
        Files.setLastModifiedTime(file, later);
        assertThat(followed.latest()).isEqualTo("mended!");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS) // where links need a privilege
    void seesAChangeOfWhatALinkLeadsTo() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "one");
        Files.createSymbolicLink(folder.resolve("file"), target);
        FollowedFile<String> followed = follow();
        assertThat(followed.latest()).isEqualTo("one");
        Files.writeString(target, "longer");
        assertThat(followed.latest()).isEqualTo("longer");
    }

    @Test
    void aFailureThatPassesIsForgottenAtTheNextLook() throws IOException {
        FollowedFile<String> file = follow();
        write("scarce");
        shortage.set(true);
        assertThatThrownBy(file::recent).hasMessageContaining("no descriptors");
        shortage.set(false);
        assertThatThrownBy(file::recent).as("a second has not passed").hasMessageContaining("no descriptors");
        now.addAndGet(SECOND);
        assertThat(file.recent()).isEqualTo("scarce");
        assertThat(reads).hasValue(2);
    }

    @Test
    void whatCannotBeReadFailsUntilItIsMended() throws IOException {
        FollowedFile<String> file = follow();
        write("damaged");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(file::latest).isInstanceOf(IpcException.class).hasMessageContaining("it is damaged");
            assertThatThrownBy(file::recent).isInstanceOf(IpcException.class);
        }
        assertThat(reads).as("it is not read again while it is the same").hasValue(1);
        write("good");
        assertThat(file.latest()).isEqualTo("good");
    }

    @Test
    void aPlaceThatCannotBeFoundFailsAndIsLookedForAgain() throws IOException {
        write("one");
        AtomicInteger asked = new AtomicInteger();
        FollowedFile<String> file = new FollowedFile<>(
                () -> {
                    if (asked.getAndIncrement() == 0) {
                        throw new IpcException(IpcStatus.ACCESS_DENIED, "the folder is another's");
                    }
                    return Optional.of(folder.resolve("file"));
                },
                place -> place.map(FollowedFileTest::text).orElse(""));
        assertThatThrownBy(file::recent).hasMessageContaining("the folder is another's");
        assertThat(file.latest()).isEqualTo("one");
    }
}
