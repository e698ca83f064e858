package io.valise.ipc.services.launch;

import java.util.Optional;

/**
 * How a launch ended. Immutable.
 *
 * @param status whether there is a helper, and if not, what kind of reason there is
 * @param detail the reason, for people; empty for a success
 * @param launched the helper; empty unless it is a success
 * @since 0.1.0
 */
public record LaunchResult(Status status, String detail, Optional<RunningHelper> launched) {
    /**
     * What came of it, as {@code FullTrustLaunchResult} has it.
     *
     * @since 0.1.0
     */
    public enum Status {
        /** The helper runs and is connected. */
        SUCCESS,
        /** The command line is not declared, or the system does not let this user run it. */
        ACCESS_DENIED,
        /** There is no such program. */
        FILE_NOT_FOUND,
        /** It ended or did not connect in time; the detail says more. */
        UNKNOWN
    }

    static LaunchResult success(RunningHelper helper) {
        return new LaunchResult(Status.SUCCESS, "", Optional.of(helper));
    }

    static LaunchResult failure(Status status, String detail) {
        return new LaunchResult(status, detail, Optional.empty());
    }

    /**
     * The helper.
     *
     * @throws IllegalStateException when there is none; with status and detail
     */
    public RunningHelper helper() {
        return launched.orElseThrow(() -> new IllegalStateException("not launched: " + status + ": " + detail));
    }
}
