package io.valise.ipc.services.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.settings.SettingsHive.Registration;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testlog.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A watch of settings that cannot always be read. */
@ExtendWith(HangWatchdog.class)
class HiveWatchTest {
    /** More failures than one file that appears causes events. */
    private static final int FAILURES = 5;

    @TempDir
    Path folder;

    private final CountDownLatch failures = new CountDownLatch(FAILURES);
    private final AtomicInteger reads = new AtomicInteger();

    private ValueSet read() {
        if (reads.getAndIncrement() == 0) {
            return ValueSet.of("size", 1);
        }
        if (failures.getCount() > 0) {
            failures.countDown();
            throw new IllegalStateException("half written");
        }
        return ValueSet.of("size", 2);
    }

    @Test
    @Logs("watched settings cannot be read")
    void aChangeWhoseReadFailsIsToldWhenReadingWorksAgainThoughNothingChangesAnyMore() throws Exception {
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

    private void touch() throws IOException {
        Files.createFile(folder.resolve("changed"));
    }
}
