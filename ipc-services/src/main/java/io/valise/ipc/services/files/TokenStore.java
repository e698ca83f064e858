package io.valise.ipc.services.files;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the tokens of a {@link SharedFiles} are until they are spent, by {@link Tokens#hash}: the time of a lookup tells
 * nothing about a token. Thread-safe.
 */
interface TokenStore {
    /**
     * Adds a token. Those that have expired are removed.
     *
     * @param redeemed runs when it is spent through this store
     */
    void put(String hash, Path file, @Nullable FileAccessPolicy policy, Instant expires, Runnable redeemed);

    /** Removes a token; returns whether it was neither spent nor expired. */
    boolean remove(String hash);

    /** How many are neither spent nor expired. */
    int outstanding();

    /** Claims a token for one reader; empty when it is unknown, spent, expired, or claimed by another. */
    Optional<Claim> claim(String hash);

    /** A reader's claim on a token. It ends when it is closed, or with the process. Thread-safe. */
    interface Claim extends AutoCloseable {
        /** The file, as it was resolved when the token was made. */
        Path file();

        /**
         * What limits the token beside the policy of the process that sends the file; null for nothing.
         *
         * @throws IOException when a root of it is gone
         */
        @Nullable FileAccessPolicy policy() throws IOException;

        /**
         * Spends the token: of all claims that there ever are on it, this returns true for one.
         *
         * @return false when the token was revoked or has expired meanwhile
         */
        boolean spend();

        /** Tells the maker that it was spent. */
        void tell();

        /** Ends the claim; a token that was not spent can be claimed again. Idempotent. */
        @Override
        void close();
    }
}
