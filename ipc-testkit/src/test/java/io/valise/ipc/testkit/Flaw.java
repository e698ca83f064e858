package io.valise.ipc.testkit;

/** A mistake that a transport could make, and a rule that must catch it. */
enum Flaw {
    DROPS_EVERY_THOUSANDTH_FRAME("L01"),
    REPEATS_EVERY_THOUSANDTH_FRAME("L01"),
    SWAPS_TWO_FRAMES("L07"),
    CUTS_LONG_FRAMES("L03"),
    LITTLE_ENDIAN_CLAIM("L04"),
    COMMITS_UP_TO_POSITION("L05"),
    ABORT_COMMITS("L06"),
    LENDS_A_LARGER_VIEW("L08"),
    IGNORES_POLL_LIMIT("L09"),
    IGNORES_HANDLER_ANSWER("L09"),
    POLL_BLOCKS("L10", Shows.AS_A_HANG),
    NEVER_FULL("L12"),
    WRITABLE_NOT_SIGNALLED("L14", Shows.AS_A_HANG),
    ONE_BUFFER_FOR_BOTH_DIRECTIONS("L15", Shows.AS_A_HANG),
    OCCUPANCY_NEVER_FALLS("L19"),
    INTERRUPT_CLEARED("L25", Shows.AS_A_HANG),
    INTERRUPT_CLOSES("L25"),
    SIGNALS_ARRIVAL_ONLY_TO_EMPTY_WAITERS("L21", Shows.AS_A_HANG),
    WAKE_IS_LOST_WITHOUT_A_WAITER("L23", Shows.AS_A_HANG),
    WAIT_OVERFLOWS("L24", Shows.AS_A_HANG),
    END_IS_NOT_SIGNALLED("L26", Shows.AS_A_HANG),
    OWN_CLOSE_IS_NOT_SIGNALLED("L27", Shows.AS_A_HANG),
    ARM_FIRES_TWICE("L30"),
    ARM_IGNORES_THE_PAST("L31", Shows.AS_A_HANG),
    ARM_IGNORES_THE_END("L32", Shows.AS_A_HANG),
    ARM_KEEPS_ALL("L33"),
    ARM_STARTS_A_THREAD("L35"),
    CLOSE_DROPS_FRAMES("L40"),
    END_IS_TOLD_ONCE("L40"),
    CLOSE_TWICE_FAILS("L41"),
    CLOSED_CLAIM_FAILS_BADLY("L42"),
    HANDLER_VIEW_DIES_WITH_CLOSE("L47"),
    SENDS_TO_THE_DEAD_BLOCK("L48", Shows.AS_A_HANG),
    ABSENT_SERVER_WAITS("T04", Shows.AS_A_HANG),
    SECOND_SERVER_WINS("T05"),
    CLOSE_KEEPS_THE_ADDRESS("T06"),
    CLOSED_LISTENER_ACCEPTS("T07"),
    LISTENER_CLOSES_LINKS("T08"),
    STALE_CLOSE_EVICTS_SUCCESSOR("T09"),
    LISTS_NOTHING("T10"),
    IDENTIFIES_NOBODY("T11"),
    NAMES_BY_PREFIX("T13"),
    LEAVES_A_FILE("T17"),
    CHECKS_THEN_BINDS("T18");

    private final String rule;
    private final Shows shows;

    Flaw(String rule) {
        this(rule, Shows.AT_ONCE);
    }

    Flaw(String rule, Shows shows) {
        this.rule = rule;
        this.shows = shows;
    }

    /** The number of a rule whose test must fail. */
    String rule() {
        return rule;
    }

    /** Whether the rule does not end with this flaw, so that the watchdog must end it. */
    boolean hangs() {
        return shows == Shows.AS_A_HANG;
    }

    private enum Shows {
        AT_ONCE,
        AS_A_HANG
    }
}
