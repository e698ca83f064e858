package io.valise.ipc.services.launch;

import java.util.List;

/**
 * Whether a launch would find a target, as {@code Launcher.QueryUriSupportAsync} of Windows tells. Immutable.
 *
 * @param status whether there is one, else why not
 * @param detail what is wrong and what to do; empty when a launch needs nothing more
 * @param targets the names of those that could be launched; of several, {@link ResultLauncher#target(String)} chooses one
 * @since 0.1.0
 */
public record TargetSupport(Status status, String detail, List<String> targets) {
    /**
     * The kinds of answers, as in {@code LaunchQuerySupportStatus} of Windows.
     *
     * @since 0.1.0
     */
    public enum Status {
        /** At least one target is declared, and this user can execute its program. */
        AVAILABLE,
        /** No manifest declares such a target, or one for the scheme. */
        NOT_INSTALLED,
        /** It is declared, but its program is missing or may not be executed. */
        UNAVAILABLE,
        /** The target is there, but does not take URIs of this scheme. */
        NOT_SUPPORTED,
        /** It cannot be told: a manifest is damaged, or cannot be read. */
        UNKNOWN
    }

    /** The list is copied. */
    public TargetSupport {
        targets = List.copyOf(targets);
    }

    /** Whether it is {@link Status#AVAILABLE}. */
    public boolean isAvailable() {
        return status == Status.AVAILABLE;
    }
}
