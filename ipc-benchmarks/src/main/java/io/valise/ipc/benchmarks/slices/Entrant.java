package io.valise.ipc.benchmarks.slices;

/**
 * One contender of a contest.
 *
 * @param contender its name among the contenders, or among the rings
 * @param clients how many client processes it has
 */
record Entrant(String contender, int clients) {
    static Entrant of(String contender) {
        return new Entrant(contender, 1);
    }
}
