package io.valise.ipc.services.settings;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.settings.SettingsHive.Registration;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares the settings with what they were whenever the system says that something in the folder changed, or that there
 * is another folder. A thread waits for that while there are listeners. Thread-safe.
 */
final class HiveWatch {
    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.settings");

    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final Path folder;
    private final Supplier<SortedMap<HivePlace, Object>> settings;
    private final List<Consumer<SettingChange>> listeners = new CopyOnWriteArrayList<>();
    private @Nullable Watching watching;

    /** What ends when the last listener goes. */
    private record Watching(FolderWatch.Registration changes, Comparison comparison) {}

    HiveWatch(Path folder, Supplier<SortedMap<HivePlace, Object>> settings) {
        this.folder = folder;
        this.settings = settings;
    }

    synchronized Registration add(Consumer<SettingChange> listener) {
        if (watching == null) {
            watching = start();
        }
        // Not the listener itself: one that is added twice is told twice, and removed once for each.
        Consumer<SettingChange> entry = change -> tell(listener, change);
        listeners.add(entry);
        return () -> remove(entry);
    }

    private synchronized void remove(Consumer<SettingChange> entry) {
        listeners.remove(entry);
        if (listeners.isEmpty()) {
            close();
        }
    }

    private Watching start() {
        Semaphore changed = new Semaphore(0);
        FolderWatch.Registration changes;
        try {
            changes = FolderWatch.add(folder, changed::release);
        } catch (IOException e) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED, "settings in " + folder + " cannot be watched: " + e, e);
        }
        try {
            Comparison comparison = new Comparison(changed, settings.get());
            Threads.start(Threads.daemon("valise-settings", () -> run(comparison)));
            return new Watching(changes, comparison);
        } catch (RuntimeException | Error e) { // such as a damaged file
            changes.close();
            throw e;
        }
    }

    private void run(Comparison comparison) {
        Threads.repeat("watching the settings in " + folder, comparison::awaitChange);
    }

    /**
     * What was read last. A read that fails is repeated, with pauses, until one succeeds: the change that it was for may
     * be the last one. Used by one thread, but for {@link #end}.
     */
    private final class Comparison {
        private final Semaphore changed;
        private SortedMap<HivePlace, Object> before;
        /** The pause before the next read while they fail; 0 while they succeed. */
        private long pause;

        private volatile boolean ended;

        Comparison(Semaphore changed, SortedMap<HivePlace, Object> before) {
            this.changed = changed;
            this.before = before;
        }

        /** Returns whether there is more to wait for. */
        boolean awaitChange() throws InterruptedException {
            if (pause == 0) {
                changed.acquire();
            } else if (!changed.tryAcquire(pause, TimeUnit.MILLISECONDS)) {
                LOG.log(Level.DEBUG, "reading the settings in {0} again", folder);
            }
            changed.drainPermits();
            if (ended) {
                LOG.log(Level.DEBUG, "settings in {0} are no longer watched", folder);
                return false;
            }
            compare();
            return true;
        }

        private void compare() {
            List<SettingChange> changes;
            try {
                SortedMap<HivePlace, Object> now = settings.get();
                changes = changes(before, now);
                before = now;
            } catch (RuntimeException | Error e) { // it may be put right
                Level level = pause == 0 ? Level.WARNING : Level.DEBUG;
                LOG.log(level, "watched settings cannot be read; trying again until they can", e);
                pause = pause == 0 ? FIRST_PAUSE_MILLIS : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
                return;
            }
            pause = 0;
            for (SettingChange change : changes) {
                listeners.forEach(listener -> listener.accept(change));
            }
        }

        /** Ends the thread. Thread-safe. */
        void end() {
            ended = true;
            changed.release();
        }
    }

    private static List<SettingChange> changes(SortedMap<HivePlace, Object> before, SortedMap<HivePlace, Object> now) {
        Set<HivePlace> places = new TreeSet<>(before.keySet());
        places.addAll(now.keySet());
        List<SettingChange> changes = new ArrayList<>();
        for (HivePlace place : places) {
            Object value = now.get(place);
            if (!isSame(before.get(place), value)) {
                changes.add(new SettingChange(place.key(), place.name(), Optional.ofNullable(value)));
            }
        }
        return changes;
    }

    /** ValueSets compare arrays by content. */
    private static boolean isSame(@Nullable Object one, @Nullable Object other) {
        if (one == null || other == null) {
            return one == null && other == null;
        }
        return ValueSet.of(HiveFile.VALUE, one).equals(ValueSet.of(HiveFile.VALUE, other));
    }

    private static void tell(Consumer<SettingChange> listener, SettingChange change) {
        try {
            listener.accept(change);
        } catch (RuntimeException | Error e) { // one listener's failure does not end the thread of the others
            LOG.log(Level.WARNING, "a listener for settings failed at " + change.name(), e);
        }
    }

    synchronized void close() {
        listeners.clear();
        Watching open = watching;
        watching = null;
        if (open != null) {
            open.changes().close();
            open.comparison().end();
        }
    }
}
