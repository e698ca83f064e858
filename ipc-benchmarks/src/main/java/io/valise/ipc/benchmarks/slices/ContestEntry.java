package io.valise.ipc.benchmarks.slices;

/**
 * One contender of a contest.
 *
 * @param contender its name among the contenders, or among the rings
 * @param clients how many client processes it has
 */
record ContestEntry(String contender, int clients) {
    static ContestEntry of(String contender) {
        return new ContestEntry(contender, 1);
    }
}
