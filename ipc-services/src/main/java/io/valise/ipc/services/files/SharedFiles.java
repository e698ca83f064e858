package io.valise.ipc.services.files;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.valise.ipc.EndBuilder;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.TokenStore.Claim;
import io.valise.ipc.spi.runtime.SystemText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Files that others may read once each: a process that has the token of one redeems it for its bytes. A token is 256 random
 * bits as text, sent in any ValueSet. One process at a time redeems it, and it is spent before that one gets the last byte:
 * of programs that read with this library never do two have all of the file (one that does not keep to the protocol can leave
 * a token good that it has read all by). When a transfer fails before, for whatever reason, the token can be
 * redeemed again. It expires after {@link #LIFETIME} and can be revoked. The error does not tell a holder whether a token is
 * unknown, being redeemed, spent, revoked or expired.
 *
 * <p>Tokens of {@link #SharedFiles()} end with the process and are redeemed over a connection to it. Those of {@link #durable}
 * are kept for an application in the user's configuration folder: they outlive the process and a restart of the machine, and
 * any process of the user redeems them, by {@link #redeem(String)} without a connection, or over one to a process of
 * the application. Either way a killed process, at whatever instruction, leaves a token spent or good as before.
 * Thread-safe; durable tokens are safe among processes.
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

    /** How many tokens may be outstanding at a time; of durable ones, for an application. */
    public static final int MOST_OUTSTANDING = 1_000;

    /** How many characters a token has, of A-Z a-z 0-9 _ -. */
    public static final int TOKEN_CHARACTERS = 43;

    static final String SERVICE = "files.redeem";
    static final String CONFIRMATION = "files.received";
    static final String TOKEN = "token";

    private final Clock clock;
    private final @Nullable FileAccessPolicy policy;
    private final TokenStore tokens;
    /** The files that are sent now, by the hash of their token. */
    private final Map<String, Sent> sent = new ConcurrentHashMap<>();

    /** A file that is sent, and to whom. */
    private record Sent(IpcConnection reader, Transfer transfer) {}

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
        this(clock, policy, new MemoryTokens(clock));
    }

    private SharedFiles(Clock clock, @Nullable FileAccessPolicy policy, TokenStore tokens) {
        this.clock = clock;
        this.policy = policy;
        this.tokens = tokens;
    }

    /**
     * Shares any file that the user can read, by tokens that outlive this process. All processes of the application have
     * the same.
     *
     * @param maker the application
     */
    public static SharedFiles durable(AppIdentity maker) {
        return durable(maker, Clock.systemUTC(), null);
    }

    /**
     * Shares files that a policy allows, by tokens that outlive this process. The policy applies when a file is added, and when
     * this object sends it. The roots that allowed a file are kept with its token and apply wherever that is redeemed: the
     * file still has to be below one. To revoke a root while this process runs revokes its tokens, also those of earlier
     * processes. With {@link FileAccessManifest#policy} the user's consent applies wherever the token is redeemed.
     *
     * @param maker the application
     */
    public static SharedFiles durable(AppIdentity maker, FileAccessPolicy policy) {
        return durable(maker, Clock.systemUTC(), policy);
    }

    static SharedFiles durable(AppIdentity maker, Clock clock, @Nullable FileAccessPolicy policy) {
        TokenFolder folder = new TokenFolder(maker.id(), clock);
        if (policy != null) {
            policy.onRevoked(maker.id(), roots -> folder.revoke(roots, policy));
        }
        return new SharedFiles(clock, policy, folder);
    }

    // ---- the owner's side

    /**
     * Makes a token for a file. The file that has this path when the token is redeemed is read. A durable token is on the
     * disk when this returns.
     *
     * @throws IllegalArgumentException when it is a directory or another thing that is no regular file
     * @throws IpcException {@code RESOURCE_EXHAUSTED} when {@value #MOST_OUTSTANDING} tokens are outstanding, or a durable
     *     one cannot be written, {@code ACCESS_DENIED} when the policy does not allow the file, or owner or mode of the
     *     configuration folder are not as they must be
     * @throws IOException when there is no such file
     */
    public String add(Path file) throws IOException {
        return add(file, () -> {});
    }

    /**
     * Makes a token for a file, as {@link #add(Path)} does, and tells when it is spent.
     *
     * @param redeemed runs once, when the token is spent through this object, before the reader is answered; so not for a
     *     durable token that is redeemed elsewhere
     */
    public String add(Path file, Runnable redeemed) throws IOException {
        Path real = policy == null ? file.toRealPath() : policy.check(file);
        if (!Files.isRegularFile(real, NOFOLLOW_LINKS)) {
            throw new IllegalArgumentException(
                    file + ": expected a regular file; share the files of a directory one by one");
        }
        SystemText.received(
                "name of the file to share", String.valueOf(real.getFileName())); // which the receiver is told
        String token = Tokens.fresh();
        tokens.put(Tokens.hash(token), real, policy, clock.instant().plus(LIFETIME), redeemed);
        return token;
    }

    /**
     * Revokes a token; of a file that a process is reading it does not get the last byte.
     *
     * @return whether it was neither spent nor expired
     * @throws IpcException {@code RESOURCE_EXHAUSTED} or {@code ACCESS_DENIED} when a durable one cannot be removed
     */
    public boolean revoke(String token) {
        return tokens.remove(Tokens.hash(token));
    }

    /**
     * How many tokens are neither spent nor expired, those that are being redeemed included; of durable ones, all of the
     * application.
     *
     * @throws IpcException {@code RESOURCE_EXHAUSTED} or {@code ACCESS_DENIED} when the folder of durable ones cannot be read
     */
    public int outstanding() {
        return tokens.outstanding();
    }

    /**
     * Lets all clients of a server redeem tokens, or the server of each connection of a client. An {@code AccessPolicy} must
     * allow both {@code files.redeem} and {@code files.received}, by which a reader has a token spent.
     *
     * @return the builder
     */
    public <B extends EndBuilder<B>> B addTo(B builder) {
        return builder.stream(SERVICE, this::redeem).service(CONFIRMATION, this::received);
    }

    /** Lets the peer of one connection redeem tokens; for clients that share. */
    public void on(IpcConnection connection) {
        connection.stream(SERVICE, this::redeem);
        connection.service(CONFIRMATION, this::received);
    }

    private Flow.Publisher<ValueSet> redeem(Request request) {
        String hash = Tokens.hash(request.message().getString(TOKEN, ""));
        Claim claim = tokens.claim(hash).orElseThrow(Tokens::refusal);
        Transfer transfer = Transfer.open(claim, policy, () -> sent.remove(hash)); // before the claim ends
        sent.put(hash, new Sent(request.connection(), transfer));
        return transfer.source();
    }

    /** The reader's confirmation that it has all bytes; accepted from that reader only, after all have been sent. */
    private ValueSet received(Request request) {
        String hash = Tokens.hash(request.message().getString(TOKEN, ""));
        Sent file = sent.get(hash);
        if (file == null || !file.reader.equals(request.connection())) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED, "token: no transfer by it has been sent whole over this connection");
        }
        file.transfer.spend();
        return ValueSet.empty();
    }

    // ---- the reader's side

    /**
     * Redeems a token at the peer, which must be a process of its maker: of a token that is not durable, the process that made
     * it. Waits for as long as the peer's first answer takes, 30 s at most. {@link SharedFile} says when the token is spent.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the token cannot be redeemed, {@code HANDLER_FAILED} when the file
     *     cannot be read any more, {@code SERVICE_NOT_FOUND} when the peer shares no files; any status of a stream
     */
    public static SharedFile redeem(IpcConnection connection, String token) {
        ValueSet named = ValueSet.of(TOKEN, token);
        return SharedFile.receive(connection.stream(SERVICE, named), () -> connection.request(CONFIRMATION, named));
    }

    /**
     * Redeems a durable token of an application of this user, which need not run. {@link SharedFile} says when it is spent.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the token cannot be redeemed, {@code HANDLER_FAILED} when the file
     *     cannot be read any more, or its maker's policy does not allow it any more
     */
    public static SharedFile redeem(String token) {
        return redeem(token, Clock.systemUTC());
    }

    static SharedFile redeem(String token, Clock clock) {
        Transfer transfer = Transfer.open(DurableToken.claim(Tokens.hash(token), clock), null, () -> {});
        return SharedFile.receive(transfer.source(), transfer::spend);
    }
}
