package io.valise.ipc.services.settings;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells of changes in folders by their paths: when another folder takes the path of one that is watched, or one appears
 * where none was, its changes are told from then on. To learn of that, the folders above are watched too, up to
 * {@value #LEVELS} levels and to the nearest one that exists.
 *
 * <p>All of a process's folders share one watch service and one thread, which exist while a folder is watched: a user has
 * few watch services (128 on Linux). Thread-safe.
 */
final class FolderWatch {
    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.settings");
    private static final int LEVELS = 3;

    /** The one that runs, or null; guarded by the class. */
    private static @Nullable FolderWatch running;

    private final WatchService service;
    /** Guarded by this, as what follows. */
    private final List<Entry> entries = new ArrayList<>();

    private final Map<Path, WatchKey> keys = new HashMap<>();

    private FolderWatch(WatchService service) {
        this.service = service;
    }

    /** A folder that is watched for someone. Not a record: each is another one. */
    private static final class Entry {
        final Path folder;
        final Runnable changed;

        Entry(Path folder, Runnable changed) {
            this.folder = folder;
            this.changed = changed;
        }
    }

    /** A watch that can be ended. */
    @FunctionalInterface
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Watches a folder, which need not exist.
     *
     * @param folder an absolute path
     * @param changed is called by the thread of all watches: it returns at once
     * @throws IOException when the system has no watch left
     */
    static synchronized Registration add(Path folder, Runnable changed) throws IOException {
        FolderWatch watch = running;
        if (watch == null) {
            watch = new FolderWatch(FileSystems.getDefault().newWatchService());
        }
        FolderWatch mine = watch;
        Entry entry = new Entry(folder, changed);
        boolean begun = false;
        try {
            mine.begin(entry);
            startThread(mine);
            begun = true;
        } finally {
            if (!begun) {
                remove(mine, entry);
            }
        }
        return () -> remove(mine, entry);
    }

    private static void startThread(FolderWatch watch) {
        if (running == null) {
            Threads.start(
                    Threads.daemon("valise-folders", () -> Threads.repeat("watching folders", watch::awaitEvents)));
            running = watch;
        }
    }

    private static synchronized void remove(FolderWatch watch, Entry entry) {
        if (watch.end(entry)) {
            if (running == watch) {
                running = null;
            }
            watch.close();
        }
    }

    private synchronized void begin(Entry entry) throws IOException {
        entries.add(entry);
        register(entry.folder);
    }

    /** Returns whether nothing is watched any more. */
    private synchronized boolean end(Entry entry) {
        entries.remove(entry);
        Set<Path> needed = new HashSet<>();
        entries.forEach(each -> needed.addAll(chain(each.folder)));
        Set<WatchKey> unneeded = new HashSet<>(keys.values());
        keys.keySet().retainAll(needed);
        unneeded.removeAll(keys.values()); // one directory can have several paths
        unneeded.forEach(WatchKey::cancel);
        return entries.isEmpty();
    }

    private void close() {
        try {
            service.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "folders are still watched", e);
        }
    }

    /** From the top down: what changes below a folder after it was registered is told, and registered then. */
    private void register(Path folder) throws IOException {
        for (Path directory : chain(folder)) {
            WatchKey before = keys.get(directory);
            WatchKey now = null;
            try {
                now = directory.register(service, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY);
                keys.put(directory, now);
            } catch (IOException e) {
                keys.remove(directory);
                if (Files.isDirectory(directory) && Files.isReadable(directory)) {
                    throw e;
                }
            }
            if (before != null && !keys.containsValue(before)) {
                before.cancel(); // of a folder that has this path no longer
            }
        }
    }

    private static List<Path> chain(Path folder) {
        List<Path> chain = new ArrayList<>();
        int level = 0;
        for (Path at = folder; at != null && (level <= LEVELS || !hasDirectory(chain)); at = at.getParent()) {
            chain.add(0, at);
            level++;
        }
        return chain;
    }

    private static boolean hasDirectory(List<Path> chain) {
        return chain.stream().anyMatch(Files::isDirectory);
    }

    /** Returns whether there is more to wait for. */
    private boolean awaitEvents() throws InterruptedException {
        try {
            WatchKey key = service.take();
            List<WatchEvent<?>> events = key.pollEvents();
            handle(key, events, key.reset());
            return true;
        } catch (ClosedWatchServiceException e) {
            LOG.log(Level.DEBUG, "no folder is watched any more");
            return false;
        }
    }

    private synchronized void handle(WatchKey key, List<WatchEvent<?>> events, boolean valid) {
        boolean lost = !valid || events.stream().anyMatch(event -> event.kind() == OVERFLOW);
        List<Path> directories = keys.entrySet().stream()
                .filter(each -> each.getValue().equals(key))
                .map(Map.Entry::getKey)
                .toList();
        for (Entry entry : List.copyOf(entries)) {
            if (directories.contains(entry.folder) && valid) {
                tell(entry);
            } else if (lost || directories.stream().anyMatch(each -> lead(events, each, entry.folder))) {
                renew(entry);
            }
        }
    }

    private static boolean lead(List<WatchEvent<?>> events, Path directory, Path folder) {
        return events.stream().anyMatch(event -> leadsTo(folder, directory, event));
    }

    /** Whether an event in a directory is about the path of a folder. */
    private static boolean leadsTo(Path folder, Path directory, WatchEvent<?> event) {
        return event.kind() != ENTRY_MODIFY
                && event.context() instanceof Path name
                && folder.startsWith(directory.resolve(name));
    }

    private void renew(Entry entry) {
        try {
            register(entry.folder);
        } catch (IOException | RuntimeException | Error e) { // the other folders are watched
            LOG.log(Level.WARNING, "changes in " + entry.folder + " are no longer seen", e);
        }
        tell(entry);
    }

    private static void tell(Entry entry) {
        Threads.run("telling of a change in " + entry.folder, entry.changed);
    }
}
