package io.valise.ipc.services.launch;

import java.util.Optional;

/**
 * How a launch ended. Immutable.
 *
 * @param status whether there is a helper, else the kind of failure
 * @param detail the reason as text; empty for a success
 * @param launched the helper; empty unless it is a success
 * @since 0.1.0
 */
public record LaunchResult(Status status, String detail, Optional<RunningHelper> launched) {
    /**
     * The outcome, as in {@code FullTrustLaunchResult} of Windows.
     *
     * @since 0.1.0
     */
    public enum Status {
        /** The helper runs and is connected. */
        SUCCESS,
        /** The command line is not declared, or this user may not run it. */
        ACCESS_DENIED,
        /** The program was not found. */
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
