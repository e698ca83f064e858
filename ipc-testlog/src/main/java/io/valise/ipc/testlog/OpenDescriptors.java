package io.valise.ipc.testlog;

import java.io.IOException;
import java.nio.channels.Pipe;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * The file descriptors that this process had open at one moment: for each its target, as Linux names it ({@code
 * socket:[4711]}).
 *
 * <p>It leaves out what the JVM opens at first use, or for a moment in any thread: archives of classes, the devices of
 * random numbers, and files and directories of {@code /proc} and {@code /sys}. Immutable.
 *
 * @since 0.2.0
 */
public final class OpenDescriptors {
    private static final Path ALL = Path.of("/proc/self/fd");
    private static final Pattern OF_THE_JVM =
            Pattern.compile("/(dev/u?random|proc/.*|sys/.*|.*\\.(jar|jsa)|.*/modules)");
    private static final Pattern OF_THE_SYSTEM = Pattern.compile("/(proc|sys)/.*");
    private static final Pattern OF_A_LISTING = Pattern.compile("/proc/\\d+/fd");
    private static final long PAUSE_NANOS = 1_000_000;
    private static final long LIMIT_NANOS = 30_000_000_000L;

    private final List<String> targets;
    private final boolean readingSystem;

    private OpenDescriptors(List<String> targets, boolean readingSystem) {
        this.targets = List.copyOf(targets);
        this.readingSystem = readingSystem;
    }

    /**
     * Reads what is open now.
     *
     * @throws IOException if the descriptors cannot be listed, which is so everywhere but on Linux
     */
    public static OpenDescriptors now() throws IOException {
        openWhatChannelsShare();
        List<String> targets = new ArrayList<>();
        boolean readingSystem = false;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(ALL)) {
            for (Path descriptor : descriptors) {
                String target = target(descriptor);
                if (!OF_THE_JVM.matcher(target).matches()) {
                    targets.add(target);
                }
                readingSystem |= OF_THE_SYSTEM.matcher(target).matches()
                        && !OF_A_LISTING.matcher(target).matches();
            }
        }
        return new OpenDescriptors(targets, readingSystem);
    }

    /** The first channel that is closed opens a descriptor that the JVM keeps. */
    private static void openWhatChannelsShare() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().close();
        pipe.sink().close();
    }

    /** What a descriptor refers to; its own path, which is left out, if it was closed after it was listed. */
    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return descriptor.toString();
        }
    }

    /** How many there are. */
    public int count() {
        return targets.size();
    }

    /** Whether a thread had a file of {@code /proc} or {@code /sys} open, as threads of the JVM have for moments. */
    public boolean isReadingSystem() {
        return readingSystem;
    }

    /**
     * Waits until no more descriptors are open than these, as {@link #awaitAtMost} does.
     *
     * @throws AssertionError after half a minute, with what is open beyond these
     * @throws IOException if the descriptors cannot be listed
     */
    public void awaitNoMore() throws IOException {
        awaitAtMost(0);
    }

    /**
     * Waits until this process has at most {@code more} descriptors open beyond the number of these. No event tells of a
     * descriptor that another thread closes, so it lists them again each millisecond.
     *
     * @throws AssertionError after half a minute, with what is open beyond these
     * @throws IOException if the descriptors cannot be listed
     */
    public void awaitAtMost(int more) throws IOException {
        long start = System.nanoTime();
        OpenDescriptors open = now();
        while (open.count() > count() + more) {
            if (System.nanoTime() - start > LIMIT_NANOS) {
                throw new AssertionError("descriptors: expected at most " + more + " more than " + count() + ", actual="
                        + open.count() + "; not open before: " + open.beyond(this));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            open = now();
        }
    }

    private List<String> beyond(OpenDescriptors before) {
        List<String> beyond = new ArrayList<>(targets);
        before.targets.forEach(beyond::remove);
        return beyond;
    }

    @Override
    public String toString() {
        return targets.toString();
    }
}
