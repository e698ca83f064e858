package io.valise.ipc;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.identity.AppIdentity;
import java.util.Optional;
import java.util.Set;

/**
 * Who may call what, asked once per request, stream and event. A refusal is told to the caller as {@code ACCESS_DENIED}
 * without a reason; the reason is logged at the end that refuses ({@link #refusal}). A policy that throws denies.
 * Implementations are thread-safe and quick: the answer is awaited on the reading thread.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface AccessPolicy {
    /**
     * Whether the caller may use a service (or send an event) of that name.
     *
     * @param caller what is known of the caller; deny what is not
     */
    boolean allows(PeerIdentity caller, String service);

    /**
     * Why the caller is refused, for the log of the end that is called; empty when it is allowed. That end asks this, once
     * per call; override it to give reasons. The caller never learns them.
     */
    default Optional<String> refusal(PeerIdentity caller, String service) {
        return ReasonedPolicy.unless(allows(caller, service), "the policy does not allow it");
    }

    /**
     * Processes that provably run as this process's user: the default, but at an address of the network, where no peer
     * does.
     */
    static AccessPolicy sameUser() {
        return (ReasonedPolicy)
                (caller, service) -> ReasonedPolicy.unless(caller.sameUser(), "it does not provably run as this user");
    }

    /**
     * Processes of these users, by the operating system's names, as far as the user is authenticated. Other users than this
     * process's get as far as to be asked for only at a {@code system:} address. A broker's user of the same name is another:
     * {@link #brokerUsers}.
     */
    static AccessPolicy users(String... names) {
        Set<String> users = Set.of(names);
        String because = "its user is none of " + users;
        return (ReasonedPolicy) (caller, service) -> {
            PeerIdentity.Evidence evidence = caller.evidence();
            boolean proved = evidence != PeerIdentity.Evidence.NONE && evidence != PeerIdentity.Evidence.BROKER;
            return ReasonedPolicy.unless(
                    proved && caller.user().filter(users::contains).isPresent(), because);
        };
    }

    /**
     * Processes of these users of the broker that carries the connection, as far as it proves them ({@link
     * PeerIdentity.Evidence#BROKER}): at an address of the network.
     */
    static AccessPolicy brokerUsers(String... names) {
        Set<String> users = Set.of(names);
        String because = "its user at the broker is none of " + users;
        String unproved = "no broker proves its user (see brokerProvesUsers), which would have to be one of " + users;
        return (ReasonedPolicy) (caller, service) -> caller.evidence() == PeerIdentity.Evidence.BROKER
                ? ReasonedPolicy.unless(caller.user().filter(users::contains).isPresent(), because)
                : Optional.of(unproved);
    }

    /** Applications that have proved to be one of these; the ids are those of {@code AppIdentity.id()}. */
    static AccessPolicy applications(String... ids) {
        Set<String> applications = Set.of(ids);
        String because = "its proven application is none of " + applications;
        return (ReasonedPolicy) (caller, service) -> ReasonedPolicy.unless(
                caller.applicationId().filter(applications::contains).isPresent(), because);
    }

    /**
     * Applications that have proved to be of one of these publishers: what a server at an address of the network allows, and
     * a client there, when it has an identity and says nothing else.
     *
     * @param ids those of {@code AppIdentity.publisherId()}
     */
    static AccessPolicy publishers(String... ids) {
        Set<String> publishers = Set.of(ids);
        String because = "its proven application is of none of the publishers " + publishers;
        return (ReasonedPolicy) (caller, service) -> ReasonedPolicy.unless(
                caller.applicationId()
                        .map(id -> id.substring(id.lastIndexOf('_') + 1))
                        .filter(publishers::contains)
                        .isPresent(),
                because);
    }

    /**
     * One application of a publisher whose key this user has, or gets on first use. Its id is derived from both names, as a
     * SID is by {@code DeriveAppContainerSidFromAppContainerName} on Windows, whether or not the application has ever run.
     *
     * @param publisher the name of the key file, as for {@code AppIdentity.open}
     * @param name the application's name
     * @throws IllegalArgumentException when a name is malformed
     * @throws IpcException as {@code AppIdentity.open}: the key is read, once, by this method
     */
    static AccessPolicy application(String publisher, String name) {
        return applications(AppIdentity.open(publisher, name).id());
    }

    /** Applications with a grant for this capability that the server accepted and that has neither expired nor been revoked since. */
    static AccessPolicy requireCapability(String capability) {
        requireNonNull(capability);
        String because = "it has no grant in force for capability " + capability;
        return (ReasonedPolicy) (caller, service) -> ReasonedPolicy.unless(caller.hasCapability(capability), because);
    }

    /**
     * Every process that can connect: of the same user, and at a {@code system:} address of every user whom an administrator
     * has allowed to, at an address of the network everyone whom the broker admits.
     */
    static AccessPolicy anyone() {
        return (caller, service) -> true;
    }

    /** No caller. */
    static AccessPolicy nobody() {
        return (ReasonedPolicy) (caller, service) -> Optional.of("no caller is allowed");
    }

    /** Allows what both allow. */
    default AccessPolicy and(AccessPolicy other) {
        requireNonNull(other);
        return (ReasonedPolicy) (caller, service) -> {
            Optional<String> first = refusal(caller, service);
            return first.isPresent() ? first : other.refusal(caller, service);
        };
    }

    /** Allows what either allows. */
    default AccessPolicy or(AccessPolicy other) {
        requireNonNull(other);
        return (ReasonedPolicy) (caller, service) -> {
            Optional<String> first = refusal(caller, service);
            return first.flatMap(why -> other.refusal(caller, service).map(whyElse -> why + ", and " + whyElse));
        };
    }
}
