package io.valise.ipc;

import java.util.Optional;

/** A policy that is a reason why not. Lambdas of it are made in this package only. */
@SuppressWarnings("FunctionalInterfaceMethodChanged")
@FunctionalInterface
interface ReasonedPolicy extends AccessPolicy {
    @Override
    Optional<String> refusal(PeerIdentity caller, String service);

    @Override
    default boolean allows(PeerIdentity caller, String service) {
        return refusal(caller, service).isEmpty();
    }

    /** Empty when allowed; otherwise the reason. */
    static Optional<String> unless(boolean allowed, String because) {
        return allowed ? Optional.empty() : Optional.of(because);
    }
}
