package io.valise.ipc.nats.connect;

import io.valise.ipc.nats.link.Links;

/**
 * Whether the broker is there, by what this process sends to itself. Where much is on its way to this process, all of it comes
 * before that: each message says that the broker is there, but only for a while, as what this process sends may be lost. Thread-safe.
 */
final class Echoes {
    /** How often one is sent, in milliseconds. */
    static final long EVERY_MILLIS = 3000;

    private static final int MOST_LOST = 5;

    /** How long nothing may come, in milliseconds. */
    static final long SILENCE_MILLIS = MOST_LOST * EVERY_MILLIS;

    private volatile boolean heard; // since the last tick, as what follows
    private volatile boolean echoed;
    private long sinceSentMillis; // guarded by this, as what follows is
    private long unansweredMillis;
    private int lost;

    /** What is due. */
    enum Due {
        /** Nothing. */
        NOTHING,
        /** To send one. */
        ECHO,
        /** To give the broker up. */
        END
    }

    /** A message came. */
    void heard() {
        if (!heard) {
            heard = true;
        }
    }

    /** One came. */
    void echoed() {
        echoed = true;
    }

    /** So much time has passed, in which messages could be heard if it counts. */
    synchronized Due tick(long millis, boolean counts) {
        long passed = counts ? millis : 0;
        unansweredMillis = echoed ? 0 : unansweredMillis + passed;
        lost = heard ? 0 : lost;
        echoed = false;
        heard = false;
        sinceSentMillis += passed;
        if (sinceSentMillis < EVERY_MILLIS) {
            return Due.NOTHING;
        }
        sinceSentMillis = 0;
        lost++;
        return lost > MOST_LOST || unansweredMillis > Links.UNANSWERED * SILENCE_MILLIS ? Due.END : Due.ECHO;
    }
}
