package io.valise.ipc.services.files;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.files.TokenStore.Claim;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** A file that is sent to the one reader that has claimed its token. Thread-safe. */
final class Transfer {
    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.files");

    private final Claim claim;
    private final Runnable over;
    private final FileSource source;

    private Transfer(Claim claim, @Nullable FileAccessPolicy policy, Runnable over) {
        this.claim = claim;
        this.over = over;
        this.source = source(claim.file(), open(claim, policy));
    }

    /**
     * Opens the file of a claim.
     *
     * @param policy of this process, beside that of the claim; null allows everything
     * @param over runs once when the transfer has ended, before the claim does
     * @throws IpcException {@code HANDLER_FAILED} when the file cannot be read any more; the claim has ended then
     */
    static Transfer open(Claim claim, @Nullable FileAccessPolicy policy, Runnable over) {
        try {
            return new Transfer(claim, policy, over);
        } catch (RuntimeException | Error e) {
            claim.close();
            throw e;
        }
    }

    private FileSource source(Path file, SeekableByteChannel channel) {
        try {
            return new FileSource(String.valueOf(file.getFileName()), channel, channel.size(), this::end);
        } catch (IOException e) {
            close(channel, e);
            throw unreadable(file, e);
        }
    }

    private void end() {
        over.run();
        claim.close();
    }

    private static void close(SeekableByteChannel channel, IOException why) {
        try {
            channel.close();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /** Opens neither a symbolic link nor a file that would block. The error tells the peer no path. */
    private static SeekableByteChannel open(Claim claim, @Nullable FileAccessPolicy policy) {
        Path file = claim.file();
        try {
            FileAccessPolicy kept = claim.policy();
            if (kept != null) {
                kept.requireRootsOf(file); // which is what openReal opens, or nothing
            }
            FileAccessPolicy allowed = policy != null ? policy : kept;
            return (allowed != null ? allowed : new FileAccessPolicy(folder(file)))
                    .openReal(file, StandardOpenOption.READ);
        } catch (IOException | IpcException e) {
            throw unreadable(file, e);
        }
    }

    private static Path folder(Path file) {
        return requireNonNull(file.getParent(), "a regular file lies in a folder");
    }

    private static IpcException unreadable(Path file, Exception why) {
        LOG.log(Level.DEBUG, "shared file " + file + " cannot be read any more", why);
        return new IpcException(
                IpcStatus.HANDLER_FAILED, "shared file " + file.getFileName() + ": it cannot be read any more");
    }

    FileSource source() {
        return source;
    }

    /**
     * The reader has all bytes: spends the token and ends the stream.
     *
     * @throws IpcException {@code ACCESS_DENIED} when not all has been sent, or the token was revoked or has expired; the
     *     reader is not to have the file then
     */
    void spend() {
        if (!source.confirm()) {
            throw new IpcException(IpcStatus.ACCESS_DENIED, "token: no transfer by it has been sent whole");
        }
        try {
            if (!claim.spend()) {
                throw new IpcException(
                        IpcStatus.ACCESS_DENIED,
                        "token: it was revoked, or has expired, while the file was read; ask for another");
            }
        } finally {
            end();
        }
        claim.tell();
    }
}
