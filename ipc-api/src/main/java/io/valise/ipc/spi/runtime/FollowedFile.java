package io.valise.ipc.spi.runtime;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a short file says, while other processes change it. {@link #recent} looks at the file's facts once a second at
 * most, and reads it only when they have changed, so that it can be asked at each call; {@link #latest} looks at once.
 * There is no thread and no watch behind it. A change is a new file in the place of the old one, as {@link PrivateFile}
 * writes it, or another time or length of the same file; of a link, its target's. A file that was changed just now is read
 * at each look until it is older than the steps in which file systems count time: in the same step it can change again,
 * and its facts stay the same. Thread-safe.
 *
 * @param <T> what the file says; made by its reader, which may throw an {@link IpcException}: then both methods throw it,
 *     one of status {@code PROTOCOL_ERROR} until the file changes, another until the next look, which reads again
 * @since 0.1.0
 */
public final class FollowedFile<T> {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** FAT has the longest step. */
    private static final long LONGEST_STEP_MILLIS = 2000;

    private final Supplier<Optional<Path>> place;
    private final Function<Optional<Path>, T> reader;
    private final LongSupplier nanoTime;
    private volatile @Nullable Seen<T> seen;

    /**
     * Follows a file; nothing is read yet.
     *
     * @param place where it is, asked at each look; empty where there is none, since its folder is absent for example
     * @param reader what it says; given no path where there is no file
     */
    public FollowedFile(Supplier<Optional<Path>> place, Function<Optional<Path>, T> reader) {
        this(place, reader, System::nanoTime);
    }

    FollowedFile(Supplier<Optional<Path>> place, Function<Optional<Path>, T> reader, LongSupplier nanoTime) {
        this.place = place;
        this.reader = reader;
        this.nanoTime = nanoTime;
    }

    /** A look at the file: when it was, what the file's facts were, and what it said or why it could not be read. */
    private record Seen<T>(
            long at,
            @Nullable Facts facts, // null when the next look must read
            @Nullable T value,
            @Nullable IpcException failure) {
        Seen<T> lookedAgain(long now) {
            return new Seen<>(now, facts, value, failure);
        }
    }

    /** What changes when a file does. An absent one has no facts, and the same path. */
    private record Facts(
            Optional<Path> file,
            @Nullable FileTime modified,
            long size,
            @Nullable Object key) {
        static Facts of(Optional<Path> file) {
            if (file.isPresent()) {
                try {
                    BasicFileAttributes facts = Files.readAttributes(file.get(), BasicFileAttributes.class);
                    return new Facts(file, facts.lastModifiedTime(), facts.size(), facts.fileKey());
                } catch (NoSuchFileException absent) {
                    return new Facts(Optional.empty(), null, 0, null);
                } catch (IOException e) {
                    throw FileFailure.of("read", file.get(), e);
                }
            }
            return new Facts(file, null, 0, null);
        }

        /** Whether the next change will show. A file whose time is to come never is: a clock was set back. */
        boolean settled() {
            return modified == null || System.currentTimeMillis() - modified.toMillis() > LONGEST_STEP_MILLIS;
        }
    }

    /** What the file said a second ago at most. */
    public T recent() {
        Seen<T> last = seen;
        return result(last != null && nanoTime.getAsLong() - last.at < LOOK_NANOS ? last : look());
    }

    /** What the file says now. */
    public T latest() {
        return result(look());
    }

    private synchronized Seen<T> look() {
        Seen<T> last = seen;
        Seen<T> now;
        long at = nanoTime.getAsLong();
        try {
            Facts facts = Facts.of(place.get());
            now = last != null && facts.equals(last.facts) ? last.lookedAgain(at) : read(at, facts);
        } catch (IpcException unknown) {
            now = new Seen<>(at, null, null, unknown);
        }
        seen = now;
        return now;
    }

    private Seen<T> read(long at, Facts found) {
        Facts facts = found.settled() ? found : null;
        try {
            return new Seen<>(at, facts, reader.apply(found.file), null);
        } catch (IpcException e) { // another reason, such as a lack of descriptors, does not lie in what the facts tell
            return new Seen<>(at, e.status() == IpcStatus.PROTOCOL_ERROR ? facts : null, null, e);
        }
    }

    private static <T> T result(Seen<T> look) {
        if (look.failure != null) {
            throw look.failure;
        }
        return requireNonNull(look.value, "a reader returns a value or throws");
    }
}
