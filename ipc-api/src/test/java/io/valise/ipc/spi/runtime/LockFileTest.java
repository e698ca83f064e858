package io.valise.ipc.spi.runtime;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Locks that belong to the process are correct with several copies of the library in it, as another process sees them. */
@DisabledOnOs(OS.WINDOWS)
class LockFileTest {
    @TempDir
    Path folder;

    private Path file;
    private Function<String, String> one;
    private Function<String, String> two;
    private ForkedJvm process;

    @BeforeEach
    void start() throws Exception {
        file = folder.resolve("file");
        one = copy();
        two = copy();
        process = ForkedJvm.start(LockUser.class);
    }

    @AfterEach
    void stop() {
        process.close();
    }

    @SuppressWarnings("unchecked")
    private static Function<String, String> copy() throws Exception {
        URL[] path = {location(LockFile.class), location(LockUser.class)};
        ClassLoader loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader());
        return (Function<String, String>)
                loader.loadClass(LockUser.class.getName()).getConstructor().newInstance();
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    private String process(String command) throws IOException {
        process.tell(command);
        return process.answer();
    }

    @Test
    void aProbeByAnotherCopyDropsNoLockAndTheLastHolderFreesIt() throws IOException {
        assertThat(one.apply("shared " + file)).isEqualTo("locked");
        assertThat(two.apply("exclusive " + file)).isEqualTo("held");
        assertThat(two.apply("whole " + file)).isEqualTo("held");
        assertThat(process("exclusive " + file)).isEqualTo("held");

        assertThat(two.apply("shared " + file)).isEqualTo("locked");
        assertThat(one.apply("close")).isEqualTo("closed");
        assertThat(process("exclusive " + file)).isEqualTo("held");

        assertThat(two.apply("close")).isEqualTo("closed");
        assertThat(process("exclusive " + file)).isEqualTo("locked");
        assertThat(one.apply("shared " + file)).isEqualTo("held");
    }

    @Test
    void anExclusiveLockExcludesTheOtherCopyToo() throws IOException {
        for (String how : new String[] {"exclusive", "whole"}) {
            assertThat(one.apply(how + ' ' + file)).isEqualTo("locked");
            assertThat(two.apply("exclusive " + file)).isEqualTo("held");
            assertThat(two.apply("shared " + file)).isEqualTo("held");
            assertThat(process("shared " + file)).isEqualTo("held");
            assertThat(one.apply("close")).isEqualTo("closed");
            assertThat(process("exclusive " + file)).isEqualTo("locked");
            assertThat(process("close")).isEqualTo("closed");
        }
    }

    @Test
    void aProbeUnderAnotherNameDropsNoLock() throws IOException {
        assertThat(one.apply("shared " + file)).isEqualTo("locked");
        Path alias = Files.createLink(folder.resolve("alias"), file);
        assertThat(one.apply("exclusive " + alias)).isEqualTo("held");
        assertThat(two.apply("exclusive " + alias)).isEqualTo("held");
        assertThat(process("exclusive " + file)).isEqualTo("held");
    }

    @Test
    void aFileThatTookTheNameIsAnother() throws IOException {
        try (LockFile old = LockFile.open(Files.createFile(file), Set.of(READ, WRITE))) {
            assertThat(old.tryShared(64)).isNotNull();
            Path fresh = Files.createFile(folder.resolve("fresh"));
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
            assertThat(old.isAt(file)).isFalse();
            assertThat(one.apply("exclusive " + file)).isEqualTo("locked");
        }
    }

    @Test
    void aLockOfOtherCodeInThisProcessCountsAsHeld() throws IOException {
        try (FileChannel other = FileChannel.open(Files.createFile(file), WRITE);
                FileLock lock = other.tryLock()) {
            assertThat(lock.isValid()).isTrue();
            assertThat(one.apply("exclusive " + file)).isEqualTo("held");
        }
    }

    @Test
    void whatIsKeptForTheWholeJvmIsOfTypesOfTheJdkAndGoesWithTheLastUse() throws IOException {
        assertThat(one.apply("shared " + file)).isEqualTo("locked");
        Map<?, ?> table = (Map<?, ?>) System.getProperties().get(LockFile.TABLE);
        Object key = LockFile.key(file);
        Map<?, ?> entry = (Map<?, ?>) table.get(key);
        assertThat(table.getClass().getClassLoader()).isNull();
        assertThat(entry.values())
                .allSatisfy(
                        value -> assertThat(value.getClass().getClassLoader()).isNull());
        assertThat(one.apply("close")).isEqualTo("closed");
        assertThat(table.containsKey(key)).isFalse();
    }

    /** {@code Properties.list} and {@code store} fail on a value that is no text. */
    @Test
    void thePropertyIsThereOnlyWhileAFileIsOpen() throws IOException {
        for (int round = 0; round < 3; round++) {
            assertThat(process("property")).isEqualTo("absent");
            assertThat(process("shared " + file)).isEqualTo("locked");
            assertThat(process("exclusive " + file)).isEqualTo("held");
            assertThat(process("property")).isEqualTo("present");
            assertThat(process("close")).isEqualTo("closed");
        }
        assertThat(process("property")).isEqualTo("absent");
    }

    @Test
    void noLockIsLostWhenAProgramReplacesTheSystemProperties() throws IOException {
        assertThat(process("whole " + file)).isEqualTo("locked");
        assertThat(process("replace")).isEqualTo("replaced");
        assertThat(process("exclusive " + file)).isEqualTo("held");
        assertThat(one.apply("exclusive " + file)).isEqualTo("held");
        assertThat(process("close")).isEqualTo("closed");
        assertThat(one.apply("exclusive " + file)).isEqualTo("locked");
    }

    @Test
    void anInterruptBeforeOrWhileTheFileIsUsedDropsNoLock() throws Exception {
        try (LockFile held = LockFile.open(Files.createFile(file), Set.of(READ, WRITE))) {
            assertThat(held.tryWhole()).isNotNull();
            Thread.currentThread().interrupt();
            int written = held.use(channel -> channel.write(ByteBuffer.allocate(3), 0));
            assertThat(written).isEqualTo(3);
            assertThat(Thread.interrupted()).as("the interrupt stays").isTrue();

            Thread caller = Thread.currentThread();
            long size = held.use(channel -> {
                caller.interrupt();
                return channel.truncate(1).size();
            });
            assertThat(size).isEqualTo(1);
            assertThat(Thread.interrupted()).as("the interrupt stays").isTrue();
            assertThat(process("exclusive " + file)).isEqualTo("held");
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void threadsThatOpenAndLockOneFileAtOnceExcludeEachOtherAndNeverFail() throws Exception {
        Files.createFile(file);
        AtomicInteger inside = new AtomicInteger();
        List<CompletableFuture<Integer>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(CompletableFuture.supplyAsync(() -> mostInside(inside), task -> new Thread(task).start()));
        }
        for (CompletableFuture<Integer> thread : threads) {
            assertThat(thread.get()).isEqualTo(1);
        }
        assertThat(process("whole " + file)).isEqualTo("locked");
    }

    private int mostInside(AtomicInteger inside) {
        int most = 0;
        for (int locked = 0; locked < 1_000; ) {
            try (LockFile open = LockFile.open(file, Set.of(READ, WRITE))) {
                if (open.tryWhole() != null) {
                    most = Math.max(most, inside.incrementAndGet());
                    inside.decrementAndGet();
                    locked++;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return most;
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theHolderIsNamed() throws IOException {
        assertThat(process("whole " + file)).isEqualTo("locked");
        try (LockFile wanted = LockFile.open(file, Set.of(READ, WRITE))) {
            assertThat(wanted.tryWhole()).isNull();
            assertThat(wanted.holder()).contains("pid " + process.process.pid() + " (", "java");
        }
    }

    @Test
    void aLockThroughWhatWasClosedIsRefused() throws IOException {
        LockFile closed = LockFile.open(Files.createFile(file), Set.of(READ, WRITE));
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.tryShared(64))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
    }
}
