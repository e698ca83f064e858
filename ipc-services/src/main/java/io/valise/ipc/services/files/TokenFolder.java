package io.valise.ipc.services.files;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.spi.runtime.ConfigurationDirectory;
import io.valise.ipc.spi.runtime.Entries;
import io.valise.ipc.spi.runtime.FileFailure;
import io.valise.ipc.spi.runtime.LockFile;
import io.valise.ipc.spi.runtime.PrivateFile;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import io.valise.ipc.spi.runtime.Uninterruptibly;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The durable tokens of one application: a file for each in the folder {@code tokens/APPLICATION} of the configuration
 * folder. Its name is the token's hash and when it expires, so that a folder is listed to count them and to find one; what
 * is in it is a {@link TokenRecord}.
 *
 * <p>A token is spent by the deletion of its file, which succeeds for one process alone, whatever happens to the others.
 * A claim is a lock of the kernel on one byte, by the hash, of a file beside: it keeps two readers from transferring the
 * file at the same time, and ends with its process. Thread-safe, and safe among processes.
 */
final class TokenFolder implements TokenStore {
    private static final Logger LOG = SafeLog.of("io.valise.ipc.services.files");
    private static final String FOLDER = "tokens";
    private static final String CLAIMS = ".claims";
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{64})-(0|[1-9][0-9]{0,14})");

    private final String applicationId;
    private final Clock clock;
    private final Map<String, Runnable> redeemed = new ConcurrentHashMap<>();

    TokenFolder(String applicationId, Clock clock) {
        this.applicationId = applicationId;
        this.clock = clock;
    }

    /** Those of all applications of this user that have one. */
    static List<TokenFolder> all(Clock clock) {
        return ConfigurationDirectory.existing(FOLDER).map(Entries::of).orElse(List.of()).stream()
                .map(folder -> String.valueOf(folder.getFileName()))
                .filter(AppIdentity::isId)
                .map(id -> new TokenFolder(id, clock))
                .toList();
    }

    /** A token's file. */
    record Entry(Path folder, String hash, Instant expires) {
        Path file() {
            return folder.resolve(hash + '-' + expires.toEpochMilli());
        }
    }

    String applicationId() {
        return applicationId;
    }

    private Optional<Path> existing() {
        return ConfigurationDirectory.existing(FOLDER)
                .map(folder -> folder.resolve(applicationId))
                .flatMap(RuntimeDirectory::existing);
    }

    /** The tokens that have not expired. */
    List<Entry> entries() {
        Instant now = clock.instant();
        return existing().map(TokenFolder::in).orElse(List.of()).stream()
                .filter(each -> now.isBefore(each.expires))
                .toList();
    }

    private static List<Entry> in(Path folder) {
        return Entries.of(folder).stream()
                .map(file -> NAME.matcher(String.valueOf(file.getFileName())))
                .filter(Matcher::matches)
                .map(name -> new Entry(folder, name.group(1), Instant.ofEpochMilli(Long.parseLong(name.group(2)))))
                .toList();
    }

    private Optional<Entry> find(String hash) {
        return entries().stream().filter(each -> each.hash.equals(hash)).findFirst();
    }

    @Override
    public void put(String hash, Path file, @Nullable FileAccessPolicy policy, Instant expires, Runnable whenRedeemed) {
        String text = TokenRecord.of(file, policy).text();
        Path folder =
                RuntimeDirectory.secured(ConfigurationDirectory.folder(FOLDER).resolve(applicationId));
        ConfigurationDirectory.locked(folder, () -> {
            sweep(folder);
            List<Entry> good = in(folder);
            Tokens.requireRoom(good.size());
            redeemed.keySet().retainAll(good.stream().map(Entry::hash).toList());
            redeemed.put(hash, whenRedeemed);
            Entry entry = new Entry(folder, hash, expires);
            PrivateFile.write(entry.file(), text);
            requireStillAllowed(entry, file, policy);
            return hash;
        });
    }

    /** A root that is revoked at the same time has revoked the tokens that were there before, and this one here. */
    private static void requireStillAllowed(Entry entry, Path file, @Nullable FileAccessPolicy policy) {
        if (policy != null) {
            try {
                policy.requireRootsOf(file);
            } catch (IpcException denied) {
                delete(entry);
                throw denied;
            }
        }
    }

    /** Removes what has expired, and what killed processes left half written: nothing else is written without the lock. */
    private void sweep(Path folder) {
        PrivateFile.list(folder, PrivateFile.DRAFT_PREFIX).forEach(PrivateFile::remove);
        Instant now = clock.instant();
        in(folder).stream()
                .filter(each -> !now.isBefore(each.expires))
                .forEach(each -> PrivateFile.remove(each.file()));
    }

    @Override
    public boolean remove(String hash) {
        redeemed.remove(hash);
        return find(hash).map(TokenFolder::delete).orElse(false);
    }

    /**
     * Deletes a token's file, for good also after a loss of power; returns whether this call did.
     *
     * @throws IpcException when it cannot be deleted; or it is, but may be there again after a loss of power
     */
    static boolean delete(Entry entry) {
        try {
            Files.delete(entry.file());
        } catch (NoSuchFileException gone) {
            return false;
        } catch (IOException e) {
            throw FileFailure.of("remove", entry.file(), e);
        }
        try {
            PrivateFile.syncFolder(entry.folder);
        } catch (IOException e) {
            throw FileFailure.of("write to the disk that a token was removed from", entry.folder, e);
        }
        return true;
    }

    @Override
    public int outstanding() {
        return entries().size();
    }

    /** Removes the tokens that were made by a policy that allows them no more. */
    void revoke(Set<Path> revoked, FileAccessPolicy policy) {
        if (!revoked.isEmpty()) {
            FileAccessPolicy.forEach(entries(), entry -> revoke(entry, revoked, policy));
        }
    }

    private static void revoke(Entry entry, Set<Path> revoked, FileAccessPolicy policy) {
        List<Path> roots = known(entry).map(TokenRecord::roots).orElse(List.of());
        if (roots.stream().anyMatch(revoked::contains) && roots.stream().noneMatch(policy.roots()::contains)) {
            delete(entry);
        }
    }

    /** What a token is for; empty when it cannot be redeemed: spent meanwhile, or its file damaged, unreadable, not private. */
    static Optional<TokenRecord> read(Entry entry) {
        try {
            return known(entry);
        } catch (IpcException unreadable) {
            return passOver(entry, unreadable);
        }
    }

    /**
     * What a token is for; empty when it was spent meanwhile, or its file is damaged: then it allows nothing ever.
     *
     * @throws IpcException {@code ACCESS_DENIED} or {@code RESOURCE_EXHAUSTED} when it cannot be read now
     */
    private static Optional<TokenRecord> known(Entry entry) {
        try {
            return PrivateFile.read(entry.file(), TokenRecord.MOST_BYTES).map(TokenRecord::parse);
        } catch (IpcException e) {
            if (e.status() != IpcStatus.PROTOCOL_ERROR) {
                throw e;
            }
            return passOver(entry, e);
        }
    }

    private static Optional<TokenRecord> passOver(Entry entry, IpcException why) {
        LOG.log(Level.WARNING, "file token " + entry.file() + " is passed over: " + why.reason());
        return Optional.empty();
    }

    @Override
    public Optional<Claim> claim(String hash) {
        if (find(hash).isEmpty()) {
            return Optional.empty(); // nothing is made for a token that is unknown
        }
        Path claims = existing().orElseThrow(Tokens::refusal).resolve(CLAIMS);
        try {
            return Uninterruptibly.call(() -> claim(hash, claims));
        } catch (IOException e) {
            throw FileFailure.of("lock", claims, e);
        }
    }

    private Optional<Claim> claim(String hash, Path claims) throws IOException {
        LockFile locks = LockFile.open(claims, Set.of(CREATE, READ, WRITE, LinkOption.NOFOLLOW_LINKS));
        Optional<Claim> claimed = Optional.empty();
        try {
            if (locks.tryExclusive(position(hash)) != null) {
                // Looked for once more: it may have been spent before it was locked.
                claimed = find(hash).flatMap(entry -> read(entry).map(known -> new FolderClaim(entry, known, locks)));
            }
            return claimed;
        } finally {
            if (claimed.isEmpty()) {
                locks.close();
            }
        }
    }

    /** Two tokens that have the same can only not be redeemed at the same time. */
    private static long position(String hash) {
        return Long.parseUnsignedLong(hash.substring(0, 16), 16) >>> 2;
    }

    private final class FolderClaim implements Claim {
        private final Entry entry;
        private final TokenRecord known;
        private final LockFile locks;

        FolderClaim(Entry entry, TokenRecord known, LockFile locks) {
            this.entry = entry;
            this.known = known;
            this.locks = locks;
        }

        @Override
        public Path file() {
            return known.file();
        }

        @Override
        public @Nullable FileAccessPolicy policy() throws IOException {
            return known.policy();
        }

        @Override
        public boolean spend() {
            return clock.instant().isBefore(entry.expires) && delete(entry);
        }

        @Override
        public void tell() {
            Runnable told = redeemed.remove(entry.hash);
            if (told != null) {
                told.run();
            }
        }

        @Override
        public void close() {
            try {
                locks.close();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "the claim on " + entry.file() + " ends with this process: " + e);
            }
        }
    }
}
