package io.valise.ipc.spi.runtime;

import io.valise.ipc.PeerIdentity;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * One line for everything that was refused, with the reason that the refused one is not told: logger {@value #NAME},
 * level {@code WARNING}, {@code refused: at=…, who=…, what=…, because=…}. Thread-safe.
 *
 * <p>Other users of the machine can have themselves refused as often as they like: of each, and of those who have not even
 * shown which user they are, at most {@value #MOST_UNAUTHENTICATED} lines are written in a minute, and then one that says so.
 */
public final class AuditLog {
    /** The name of the logger. */
    public static final String NAME = "io.valise.ipc.audit";

    private static final int MOST_UNAUTHENTICATED = 60;
    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MOST_USERS = 1000;
    private static final Map<String, RateLimit> OTHER_USERS = new ConcurrentHashMap<>();
    private static final RateLimit UNAUTHENTICATED = new RateLimit(MOST_UNAUTHENTICATED, WINDOW_NANOS);

    private AuditLog() {}

    /**
     * Tells of a refusal.
     *
     * @param at the address
     * @param who what is known of the refused one
     * @param what it wanted
     * @param because the reason
     */
    public static void refused(Object at, Object who, String what, String because) {
        if (who instanceof PeerIdentity peer && !peer.sameUser() && peer.user().isPresent()) {
            refusedOther(at, peer, what, because);
        } else {
            write(at, who, what, because);
        }
    }

    /** Each other user has lines of its own: none can fill the log, or keep what another one did out of it. */
    private static void refusedOther(Object at, PeerIdentity peer, String what, String because) {
        String user = peer.user().orElseThrow();
        RateLimit lines = OTHER_USERS.size() < MOST_USERS
                ? OTHER_USERS.computeIfAbsent(user, first -> new RateLimit(MOST_UNAUTHENTICATED, WINDOW_NANOS))
                : OTHER_USERS.getOrDefault(user, UNAUTHENTICATED);
        long left = lines.take(System.nanoTime());
        if (left > 0) {
            write(at, peer, what, because);
        } else if (left == 0) {
            write(at, peer, what, "limit=" + MOST_UNAUTHENTICATED + " lines a minute for each user; last: " + because);
        }
    }

    private static void write(Object at, Object who, String what, String because) {
        String line = "refused: at=" + at + ", who=" + who + ", what=" + what + ", because=" + because;
        log().log(Level.WARNING, oneLine(line));
    }

    /** A peer chooses its name and what it asks for: it must not write lines of its own. */
    static String oneLine(String line) {
        return ControlCharacters.replaced(line);
    }

    /** Tells of a refusal of a process that has not proved to be of this user. */
    public static void unauthenticatedRefused(Object at, String because) {
        long left = UNAUTHENTICATED.take(System.nanoTime());
        if (left > 0) {
            refused(at, "an unauthenticated peer", "connect", because);
        } else if (left == 0) {
            refused(
                    at,
                    "unauthenticated peers",
                    "connect",
                    "limit=" + MOST_UNAUTHENTICATED + " lines a minute; last: " + because);
        }
    }

    /** Asked for when there is something to say: the first logger of a JVM takes 20 ms to start. */
    private static Logger log() {
        return SafeLog.of(NAME);
    }
}
