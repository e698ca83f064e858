package io.valise.ipc;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of the process at the other end, and how well. What is not known is empty, never made up. Immutable.
 *
 * @param user the operating system's name of the user the process runs as
 * @param pid the process id; declared by the peer unless {@code evidence} is {@code SAME_PROCESS}; for diagnostics
 * @param application the name the application declares; a process can declare any
 * @param evidence who vouches for the user
 * @param sameUser whether the evidence shows that the peer runs as the user of this process
 * @param applicationId which application the peer has proved to be, by its publisher's key: {@code AppIdentity.id()}
 * @param grants the capabilities that this process, a server, accepted of the peer, and until when each is good
 */
public record PeerIdentity(
        Optional<String> user,
        OptionalLong pid,
        Optional<String> application,
        Evidence evidence,
        boolean sameUser,
        Optional<String> applicationId,
        Map<String, Instant> grants) {

    private static final String UNKNOWN = "unknown";

    /** Keeps a copy of the grants. */
    public PeerIdentity {
        grants = Map.copyOf(grants);
    }

    /** A peer that has proved no application, and has no capabilities. */
    public PeerIdentity(
            Optional<String> user,
            OptionalLong pid,
            Optional<String> application,
            Evidence evidence,
            boolean sameUser) {
        this(user, pid, application, evidence, sameUser, Optional.empty(), Map.of());
    }

    /** Who vouches for a peer's user. */
    public enum Evidence {
        /** Nothing. */
        NONE,
        /** The peer proved knowledge of a secret that only the user can read. */
        SECRET,
        /** The operating system's kernel. */
        KERNEL,
        /** The peer is in this process. */
        SAME_PROCESS
    }

    /** A peer of which nothing is known. */
    public static PeerIdentity unknown() {
        return new PeerIdentity(Optional.empty(), OptionalLong.empty(), Optional.empty(), Evidence.NONE, false);
    }

    /** This process, as seen from inside. */
    public static PeerIdentity thisProcess() {
        return new PeerIdentity(
                Optional.of(System.getProperty("user.name")),
                OptionalLong.of(ProcessHandle.current().pid()),
                Optional.empty(),
                Evidence.SAME_PROCESS,
                true);
    }

    /** A peer whose user the kernel names. */
    public static PeerIdentity ofKernel(String user, boolean sameUser) {
        return new PeerIdentity(Optional.of(user), OptionalLong.empty(), Optional.empty(), Evidence.KERNEL, sameUser);
    }

    /** A peer that proved it can read this user's secret. */
    public static PeerIdentity ofSecret() {
        return new PeerIdentity(
                Optional.of(System.getProperty("user.name")),
                OptionalLong.empty(),
                Optional.empty(),
                Evidence.SECRET,
                true);
    }

    /** This identity with what the peer declares of itself added; what is vouched for already is kept. */
    public PeerIdentity declaring(OptionalLong declaredPid, Optional<String> declaredApplication) {
        return new PeerIdentity(
                user,
                pid.isPresent() ? pid : declaredPid,
                application.isPresent() ? application : declaredApplication,
                evidence,
                sameUser,
                applicationId,
                grants);
    }

    /** This identity with an application that the peer has proved to be, and capabilities accepted of it. */
    public PeerIdentity proving(String provenId, Map<String, Instant> acceptedGrants) {
        return new PeerIdentity(user, pid, application, evidence, sameUser, Optional.of(provenId), acceptedGrants);
    }

    /** For logs: what is not known is {@code unknown}; what the peer declares stands in quotation marks and can have none. */
    @Override
    public String toString() {
        return "PeerIdentity[user=" + user.orElse(UNKNOWN)
                + ", pid=" + (pid.isPresent() ? Long.toString(pid.getAsLong()) : UNKNOWN)
                + ", application="
                + application.map(name -> '"' + name.replace('"', '\'') + '"').orElse(UNKNOWN)
                + ", evidence=" + evidence
                + ", sameUser=" + sameUser
                + ", applicationId=" + applicationId.orElse(UNKNOWN)
                + ", grants=" + grants + ']';
    }

    /** Whether the peer has the capability now. */
    public boolean hasCapability(String capability) {
        Instant until = grants.get(capability);
        return until != null && Instant.now().isBefore(until);
    }
}
