package io.valise.ipc.services.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.services.files.TokenStore.Claim;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * An outstanding durable token, as a tool shows and revokes it. Only the hash of a token is kept, so nothing that is said here
 * can be redeemed. Immutable and thread-safe.
 *
 * @param id tells it from others, and cannot be redeemed: the first 16 digits of its hash
 * @param applicationId whose it is
 * @param file the file; empty where what the token's file says is damaged: nothing is redeemed by it
 * @param roots the roots of the maker's policy that allowed the file; empty where it had no policy
 * @param byConsent whether the file has to be one that the user allows the application ({@link FileAccessManifest})
 * @param expires until when it can be redeemed
 * @since 0.1.0
 */
public record DurableToken(
        String id, String applicationId, Optional<Path> file, List<Path> roots, boolean byConsent, Instant expires) {
    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.files");
    private static final int ID_DIGITS = 16;

    /** Takes a copy of the list. */
    public DurableToken {
        roots = List.copyOf(roots);
    }

    /** The id of a token that is known by its text. */
    public static String idOf(String token) {
        return id(Tokens.hash(token));
    }

    private static String id(String hash) {
        return hash.substring(0, ID_DIGITS);
    }

    /**
     * All of this user's applications, those that expire first at the beginning; creates nothing. The folder of an application
     * that cannot be used is passed over with a warning: no token in it can be redeemed.
     *
     * @throws IpcException {@code ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when their folder cannot be read
     */
    public static List<DurableToken> all() {
        return all(DurableToken::warn);
    }

    private static void warn(IpcException unusable) {
        LOG.log(Level.WARNING, unusable.reason());
    }

    /**
     * As {@link #all()}, for tools that tell what is passed over.
     *
     * @param unusable is told why the folder of an application cannot be used
     */
    public static List<DurableToken> all(Consumer<IpcException> unusable) {
        return TokenFolder.all(Clock.systemUTC()).stream()
                .flatMap(folder -> from(folder, DurableToken::in, unusable).stream())
                .flatMap(List::stream)
                .sorted(Comparator.comparing(DurableToken::expires).thenComparing(DurableToken::id))
                .toList();
    }

    /** What a use of a folder brings; nothing, when the folder cannot be used. */
    private static <T> Optional<T> from(
            TokenFolder folder, Function<TokenFolder, T> use, Consumer<IpcException> unusable) {
        try {
            return Optional.of(use.apply(folder));
        } catch (IpcException e) {
            unusable.accept(new IpcException(
                    e.status(),
                    "file tokens of " + folder.applicationId() + " are passed over: " + e.reason(),
                    e.delivery(),
                    e));
            return Optional.empty();
        }
    }

    private static List<DurableToken> in(TokenFolder folder) {
        return folder.entries().stream().map(entry -> of(folder, entry)).toList();
    }

    private static DurableToken of(TokenFolder folder, TokenFolder.Entry entry) {
        Optional<TokenRecord> known = TokenFolder.read(entry);
        return new DurableToken(
                id(entry.hash()),
                folder.applicationId(),
                known.map(TokenRecord::file),
                known.map(TokenRecord::roots).orElse(List.of()),
                known.flatMap(TokenRecord::consent).isPresent(),
                entry.expires());
    }

    /**
     * Revokes it.
     *
     * @return whether it was neither spent nor revoked
     * @throws IpcException {@code ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when its file cannot be removed
     */
    public boolean revoke() {
        return new TokenFolder(applicationId, Clock.systemUTC())
                .entries().stream()
                        .filter(entry -> id(entry.hash()).equals(id))
                        .map(TokenFolder::delete)
                        .reduce(false, Boolean::logicalOr);
    }

    /**
     * Claims a token of any application. A folder that cannot be used is passed over.
     *
     * @throws IpcException {@code ACCESS_DENIED} when it is unknown, spent, expired, or claimed by another
     */
    static Claim claim(String hash, Clock clock) {
        for (TokenFolder folder : TokenFolder.all(clock)) {
            Optional<Claim> claim =
                    from(folder, each -> each.claim(hash), DurableToken::warn).flatMap(Function.identity());
            if (claim.isPresent()) {
                return claim.get();
            }
        }
        throw Tokens.refusal();
    }
}
