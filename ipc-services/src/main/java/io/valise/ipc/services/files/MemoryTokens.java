package io.valise.ipc.services.files;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tokens that end with this process. Thread-safe. */
final class MemoryTokens implements TokenStore {
    private final Clock clock;
    /** Guarded by this, as are the claims. */
    private final Map<String, Kept> outstanding = new HashMap<>();

    MemoryTokens(Clock clock) {
        this.clock = clock;
    }

    private static final class Kept {
        private final Path file;
        private final Instant expires;
        private final Runnable redeemed;
        private @Nullable Claim claim;

        Kept(Path file, Instant expires, Runnable redeemed) {
            this.file = file;
            this.expires = expires;
            this.redeemed = redeemed;
        }
    }

    @Override
    public synchronized void put(
            String hash, Path file, @Nullable FileAccessPolicy policy, Instant expires, Runnable redeemed) {
        Instant now = clock.instant();
        outstanding.values().removeIf(each -> !now.isBefore(each.expires));
        Tokens.requireRoom(outstanding.size());
        outstanding.put(hash, new Kept(file, expires, redeemed));
    }

    @Override
    public synchronized boolean remove(String hash) {
        Kept kept = outstanding.remove(hash);
        return kept != null && clock.instant().isBefore(kept.expires);
    }

    @Override
    public synchronized int outstanding() {
        Instant now = clock.instant();
        return (int) outstanding.values().stream()
                .filter(each -> now.isBefore(each.expires))
                .count();
    }

    @Override
    public synchronized Optional<Claim> claim(String hash) {
        Kept kept = outstanding.get(hash);
        if (kept == null || kept.claim != null || !clock.instant().isBefore(kept.expires)) {
            return Optional.empty();
        }
        Claim claim = new MemoryClaim(hash, kept);
        kept.claim = claim;
        return Optional.of(claim);
    }

    private final class MemoryClaim implements Claim {
        private final String hash;
        private final Kept kept;

        MemoryClaim(String hash, Kept kept) {
            this.hash = hash;
            this.kept = kept;
        }

        @Override
        public Path file() {
            return kept.file;
        }

        @Override
        public @Nullable FileAccessPolicy policy() {
            return null; // that of the process that sends the file says all
        }

        @Override
        public boolean spend() {
            synchronized (MemoryTokens.this) {
                return kept.claim == this && clock.instant().isBefore(kept.expires) && outstanding.remove(hash, kept);
            }
        }

        @Override
        public void tell() {
            kept.redeemed.run();
        }

        @Override
        public void close() {
            synchronized (MemoryTokens.this) {
                if (kept.claim == this) {
                    kept.claim = null;
                }
            }
        }
    }
}
