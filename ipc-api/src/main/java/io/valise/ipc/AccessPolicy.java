package io.valise.ipc;

/**
 * Who may call what, asked once per request, stream and event. A refusal is told to the caller as {@code ACCESS_DENIED}
 * without a reason; the reason is logged at the server. A policy that throws denies. Implementations are thread-safe
 * and quick: the answer is awaited on the reading thread.
 */
@FunctionalInterface
public interface AccessPolicy {
    /**
     * Whether the caller may use a service (or send an event) of that name.
     *
     * @param caller what is known of the caller; deny what is not
     */
    boolean allows(PeerIdentity caller, String service);

    /** Processes that provably run as this process's user: the default. */
    static AccessPolicy sameUser() {
        return (caller, service) -> caller.sameUser();
    }

    /** Whoever can connect. Transports still admit only processes of the same user. */
    static AccessPolicy anyone() {
        return (caller, service) -> true;
    }

    /** Nobody. */
    static AccessPolicy nobody() {
        return (caller, service) -> false;
    }

    /** Allows what both allow. */
    default AccessPolicy and(AccessPolicy other) {
        return (caller, service) -> allows(caller, service) && other.allows(caller, service);
    }

    /** Allows what either allows. */
    default AccessPolicy or(AccessPolicy other) {
        return (caller, service) -> allows(caller, service) || other.allows(caller, service);
    }
}
