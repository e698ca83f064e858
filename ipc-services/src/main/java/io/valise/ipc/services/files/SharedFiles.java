package io.valise.ipc.services.files;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.SystemText;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Files of this process that others may read once each: a process that has the token of one redeems it over a
 * connection for its bytes. A token is 256 random bits as text, sent in any ValueSet. One process at a time redeems it,
 * and when that one has confirmed that all bytes have arrived, the token is spent; when the transfer fails before, for
 * whatever reason, it can be redeemed again. It expires after {@link #LIFETIME}, can be revoked, and ends with this
 * object's process. The error does not tell a holder whether a token is unknown, being redeemed, spent, revoked or
 * expired. Thread-safe.
 *
 * <pre>{@code
 * SharedFiles files = new SharedFiles();
 * IpcServer server = files.addTo(IpcServer.builder("any:reports"))
 *         .service("report", request -> ValueSet.of("file", files.add(Path.of("report.pdf"))))
 *         .start();
 *
 * // the other process
 * String token = connection.request("report", ValueSet.empty()).getString("file");
 * try (SharedFile file = SharedFiles.redeem(connection, token)) {
 *     file.copyTo(Path.of("copy.pdf"));
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public final class SharedFiles {
    /** How long a token can be redeemed. */
    public static final Duration LIFETIME = Duration.ofDays(14);

    /** How many tokens may be outstanding at a time. */
    public static final int MOST_OUTSTANDING = 1_000;

    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.files");

    static final String SERVICE = "files.redeem";
    static final String CONFIRMATION = "files.received";
    static final String TOKEN = "token";
    private static final int TOKEN_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Clock clock;
    private final @Nullable FileAccessPolicy policy;
    /** By the hash of the token, so that the time of a lookup tells nothing about a token. Guarded by this. */
    private final Map<String, Shared> outstanding = new HashMap<>();

    /** A file until its token is spent; guarded by the SharedFiles it is of. */
    private static final class Shared {
        private final Path file;
        private final Instant expires;
        private final Runnable redeemed;
        /** The connection that redeems it now, if one does. */
        private @Nullable IpcConnection reader;
        /** The open file that is sent, once it is open. */
        private @Nullable FileSource source;

        Shared(Path file, Instant expires, Runnable redeemed) {
            this.file = file;
            this.expires = expires;
            this.redeemed = redeemed;
        }
    }

    /** Shares any file that this process can read. */
    public SharedFiles() {
        this(Clock.systemUTC(), null);
    }

    /** Shares files that a policy allows, both when they are added and when they are redeemed. */
    public SharedFiles(FileAccessPolicy policy) {
        this(Clock.systemUTC(), policy);
    }

    /** With a clock that says when tokens expire, and a policy; null allows everything. */
    public SharedFiles(Clock clock, @Nullable FileAccessPolicy policy) {
        this.clock = clock;
        this.policy = policy;
    }

    // ---- the owner's side

    /**
     * Makes a token for a file. The file that has this path when the token is redeemed is read.
     *
     * @throws IllegalArgumentException when it is a directory or another thing that is no regular file
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when {@value #MOST_OUTSTANDING} tokens are outstanding, {@code
     *     ACCESS_DENIED} when the policy does not allow the file
     * @throws IOException when there is no such file
     */
    public String add(Path file) throws IOException {
        return add(file, () -> {});
    }

    /**
     * Makes a token for a file, as {@link #add(Path)} does, and tells when it is spent.
     *
     * @param redeemed runs once, when a reader has confirmed that all bytes have arrived, before it is answered
     */
    public String add(Path file, Runnable redeemed) throws IOException {
        Path real = policy == null ? file.toRealPath() : policy.check(file);
        if (!Files.isRegularFile(real, NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException(
                    file + ": expected a regular file; share the files of a directory one by one");
        }
        SystemText.received(
                "name of the file to share", String.valueOf(real.getFileName())); // which the receiver is told
        byte[] random = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(random);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        put(token, new Shared(real, clock.instant().plus(LIFETIME), redeemed));
        return token;
    }

    private synchronized void put(String token, Shared shared) {
        Instant now = clock.instant();
        outstanding.values().removeIf(each -> !now.isBefore(each.expires));
        if (outstanding.size() >= MOST_OUTSTANDING) {
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED,
                    "outstanding tokens: limit=" + MOST_OUTSTANDING + ", actual=" + (outstanding.size() + 1)
                            + "; revoke those that will not be redeemed");
        }
        outstanding.put(hash(token), shared);
    }

    /**
     * Revokes a token; a process that is already reading the file continues to read.
     *
     * @return whether it was neither spent nor expired
     */
    public synchronized boolean revoke(String token) {
        Shared shared = outstanding.remove(hash(token));
        return shared != null && clock.instant().isBefore(shared.expires);
    }

    /** How many tokens are neither spent nor expired, those that are being redeemed included. */
    public synchronized int outstanding() {
        Instant now = clock.instant();
        return (int) outstanding.values().stream()
                .filter(each -> now.isBefore(each.expires))
                .count();
    }

    /**
     * Lets all clients of a server redeem tokens. An {@code AccessPolicy} must allow both {@code files.redeem} and {@code
     * files.received}, by which a reader confirms.
     */
    public IpcServer.Builder addTo(IpcServer.Builder server) {
        return server.stream(SERVICE, this::redeem).service(CONFIRMATION, this::received);
    }

    /** Lets the peer of one connection redeem tokens; for clients that share. */
    public void on(IpcConnection connection) {
        connection.stream(SERVICE, this::redeem);
        connection.service(CONFIRMATION, this::received);
    }

    private Flow.Publisher<ValueSet> redeem(Request request) throws IOException {
        Shared shared = reserve(request.message().getString(TOKEN, ""), request.connection());
        try {
            String name = String.valueOf(shared.file.getFileName());
            FileSource source = new FileSource(name, open(shared.file), () -> release(shared));
            synchronized (this) {
                shared.source = source;
            }
            return source;
        } catch (IOException | RuntimeException e) {
            release(shared);
            throw e;
        }
    }

    /** For this reader alone, until it has confirmed or its transfer has failed. */
    private synchronized Shared reserve(String token, IpcConnection reader) {
        Shared shared = outstanding.get(hash(token));
        if (shared == null || shared.reader != null || !clock.instant().isBefore(shared.expires)) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED,
                    "token: unknown, redeemed, being redeemed, revoked or expired; ask for another");
        }
        shared.reader = reader;
        return shared;
    }

    private synchronized void release(Shared shared) {
        shared.reader = null;
        shared.source = null;
    }

    /** The reader's confirmation that it has all bytes; accepted from that reader only, after all have been sent. */
    private ValueSet received(Request request) {
        String hash = hash(request.message().getString(TOKEN, ""));
        Shared shared;
        synchronized (this) {
            shared = outstanding.get(hash);
            boolean confirmed = shared != null
                    && shared.source != null
                    && request.connection().equals(shared.reader)
                    && shared.source.confirm();
            if (shared == null || !confirmed) {
                throw new IpcException(
                        IpcStatus.ACCESS_DENIED, "token: no transfer by it has been sent whole over this connection");
            }
            outstanding.remove(hash);
        }
        shared.redeemed.run();
        return ValueSet.empty();
    }

    /** Opens neither a symbolic link nor a file that would block. The error tells the peer no path. */
    private SeekableByteChannel open(Path file) {
        try {
            FileAccessPolicy allowed = policy == null ? new FileAccessPolicy(folder(file)) : policy;
            SeekableByteChannel channel = allowed.open(file, StandardOpenOption.READ);
            if (file.toRealPath().equals(file)) {
                return channel;
            }
            channel.close();
        } catch (IOException | IpcException e) {
            LOG.log(Level.DEBUG, "shared file " + file + " cannot be read any more", e);
        }
        throw new IpcException(
                IpcStatus.HANDLER_FAILED, "shared file " + file.getFileName() + ": it cannot be read any more");
    }

    private static Path folder(Path file) {
        Path folder = file.getParent();
        return folder == null ? file : folder;
    }

    private static String hash(String token) {
        try {
            byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    // ---- the reader's side

    /**
     * Redeems a token at the peer, which must be the process that made it. Waits for as long as the peer's first answer
     * takes, 30 s at most. The token is spent when all bytes have been read: {@link SharedFile} says when it confirms that.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the token cannot be redeemed, {@code HANDLER_FAILED} when the file
     *     cannot be read any more, {@code SERVICE_NOT_FOUND} when the peer shares no files; any status of a stream
     */
    public static SharedFile redeem(IpcConnection connection, String token) {
        ValueSet named = ValueSet.of(TOKEN, token);
        return SharedFile.receive(connection.stream(SERVICE, named), () -> connection.request(CONFIRMATION, named));
    }
}
