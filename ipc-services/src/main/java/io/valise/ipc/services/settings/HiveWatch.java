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
import java.util.Set;
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
    private final Supplier<ValueSet> settings;
    private final List<Consumer<SettingChange>> listeners = new CopyOnWriteArrayList<>();
    private @Nullable Watching watching;

    /** What ends when the last listener goes. */
    private record Watching(FolderWatch.Registration changes, Comparison comparison) {}

    HiveWatch(Path folder, Supplier<ValueSet> settings) {
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
        private ValueSet before;
        /** The pause before the next read while they fail; 0 while they succeed. */
        private long pause;

        private volatile boolean ended;

        Comparison(Semaphore changed, ValueSet before) {
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
                ValueSet now = settings.get();
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

    private static List<SettingChange> changes(ValueSet before, ValueSet now) {
        Set<String> names = new TreeSet<>(before.keys());
        names.addAll(now.keys());
        List<SettingChange> changes = new ArrayList<>();
        for (String name : names) {
            if (!alone(before, name).equals(alone(now, name))) {
                changes.add(new SettingChange(name, now.find(name)));
            }
        }
        return changes;
    }

    /** ValueSets compare arrays by content. */
    private static ValueSet alone(ValueSet all, String name) {
        return all.contains(name) ? ValueSet.of(name, all.get(name)) : ValueSet.empty();
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
