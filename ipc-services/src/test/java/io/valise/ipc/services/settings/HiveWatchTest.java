package io.valise.ipc.services.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.services.settings.SettingsHive.Registration;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testlog.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A watch of settings that cannot always be read. */
@ExtendWith(HangWatchdog.class)
class HiveWatchTest {
    /** More failures than one file that appears causes events. */
    private static final int FAILURES = 5;

    @TempDir
    Path folder;

    private final CountDownLatch failures = new CountDownLatch(FAILURES);
    private final AtomicInteger reads = new AtomicInteger();
    private boolean failsByError;

    private RuntimeException failure() {
        if (failsByError) {
            throw new StackOverflowError("as expected");
        }
        return new IllegalStateException("half written");
    }

    private SortedMap<HivePlace, Object> read() {
        if (reads.getAndIncrement() == 0) {
            return size(1);
        }
        if (failures.getCount() > 0) {
            failures.countDown();
            throw failure();
        }
        return size(2);
    }

    private static SortedMap<HivePlace, Object> size(int value) {
        return new TreeMap<>(Map.of(HivePlace.value(KeyPath.ROOT, "size"), value));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Logs("watched settings cannot be read")
    void aChangeWhoseReadFailsIsToldWhenReadingWorksAgainThoughNothingChangesAnyMore(boolean error) throws Exception {
        failsByError = error;
        BlockingQueue<SettingChange> told = new LinkedBlockingQueue<>();
        HiveWatch watch = new HiveWatch(folder, this::read);
        try (Registration registration = watch.add(told::add)) {
            assertThat(registration).isNotNull();
            touch();
            assertThat(told.take().value()).contains(2);
            assertThat(told).isEmpty();
        } finally {
            watch.close();
        }
    }

    @Test
    void interruptsDoNotEndAWatch() throws Exception {
        BlockingQueue<SettingChange> told = new LinkedBlockingQueue<>();
        AtomicInteger size = new AtomicInteger();
        for (Thread earlier : threadsOfWatches()) {
            earlier.join(); // its watch is closed
        }
        HiveWatch watch = new HiveWatch(folder, () -> size(size.get()));
        try (Registration registration = watch.add(told::add)) {
            assertThat(registration).isNotNull();
            List<Thread> threads = threadsOfWatches();
            assertThat(threads).hasSize(2);
            threads.forEach(Thread::interrupt);
            size.set(1);
            touch();
            assertThat(told.take().value()).contains(1);
        } finally {
            watch.close();
        }
    }

    private static List<Thread> threadsOfWatches() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> List.of("valise-folders", "valise-settings").contains(thread.getName()))
                .toList();
    }

    private void touch() throws IOException {
        Files.createFile(folder.resolve("changed"));
    }
}
