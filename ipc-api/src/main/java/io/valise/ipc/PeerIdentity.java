package io.valise.ipc;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the process at the other end, and on what evidence. Unknown facts are empty, never made up. Made by the
 * factory methods, so that facts can be added. Two are equal when all facts are. Immutable.
 *
 * @since 0.1.0
 */
public final class PeerIdentity {
    private static final String UNKNOWN = "unknown";

    private final Optional<String> user;
    private final OptionalLong pid;
    private final Optional<String> application;
    private final Optional<String> host;
    private final Evidence evidence;
    private final boolean sameUser;
    private final Optional<String> applicationId;
    private final Map<String, Instant> grants;
    private final Predicate<String> inForce;

    private PeerIdentity(
            Optional<String> user,
            OptionalLong pid,
            Optional<String> application,
            Optional<String> host,
            Evidence evidence,
            boolean sameUser,
            Optional<String> applicationId,
            Map<String, Instant> grants,
            Predicate<String> inForce) {
        this.user = user;
        this.pid = pid;
        this.application = application;
        this.host = host;
        this.evidence = evidence;
        this.sameUser = sameUser;
        this.applicationId = applicationId;
        this.grants = Map.copyOf(grants);
        this.inForce = inForce;
    }

    /** A peer that has proved no application, and has no capabilities. */
    PeerIdentity(
            Optional<String> user,
            OptionalLong pid,
            Optional<String> application,
            Evidence evidence,
            boolean sameUser) {
        this(
                user,
                pid,
                application,
                Optional.empty(),
                evidence,
                sameUser,
                Optional.empty(),
                Map.of(),
                capability -> true);
    }

    /**
     * What proves the user of a peer.
     *
     * @since 0.1.0
     */
    public enum Evidence {
        /** Nothing: the user is not known. */
        NONE,
        /** The peer proved knowledge of a secret that only the user can read. */
        SECRET,
        /**
         * The broker that carries the connection, such as a NATS server: it admitted the user, and this process was told that
         * the broker's permissions let no other user speak under that name.
         */
        BROKER,
        /** The operating system's kernel. */
        KERNEL,
        /** The peer is in this process. */
        SAME_PROCESS
    }

    /** The operating system's name of the user that the process runs as; by {@link Evidence#BROKER} the broker's name. */
    public Optional<String> user() {
        return user;
    }

    /** The process id on its {@link #host}, for diagnostics; declared by the peer unless the evidence is {@code SAME_PROCESS}. */
    public OptionalLong pid() {
        return pid;
    }

    /** The name that the application declares; a process can declare any. */
    public Optional<String> application() {
        return application;
    }

    /**
     * The name of the peer's machine, for diagnostics, where the connection may come from another one; declared by the peer.
     */
    public Optional<String> host() {
        return host;
    }

    /** What proves the user. */
    public Evidence evidence() {
        return evidence;
    }

    /** Whether the evidence shows that the peer runs as the user of this process. */
    public boolean sameUser() {
        return sameUser;
    }

    /** Which application the peer has proved to be, by its publisher's key: {@code AppIdentity.id()}. */
    public Optional<String> applicationId() {
        return applicationId;
    }

    /** The capabilities that this process, a server, accepted of the peer, and when each expires; unmodifiable. */
    public Map<String, Instant> grants() {
        return grants;
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

    /** A peer that proved that it can read this user's secret. */
    public static PeerIdentity ofSecret() {
        return new PeerIdentity(
                Optional.of(System.getProperty("user.name")),
                OptionalLong.empty(),
                Optional.empty(),
                Evidence.SECRET,
                true);
    }

    /** A peer whose user a broker names. */
    public static PeerIdentity ofBroker(String user) {
        return new PeerIdentity(Optional.of(user), OptionalLong.empty(), Optional.empty(), Evidence.BROKER, false);
    }

    /** This identity with what the peer declares of itself added; facts that are known already are kept. */
    public PeerIdentity declaring(OptionalLong declaredPid, Optional<String> declaredApplication) {
        return declaring(declaredPid, declaredApplication, Optional.empty());
    }

    /** As {@link #declaring(OptionalLong, Optional)}, with the name of its machine. */
    public PeerIdentity declaring(
            OptionalLong declaredPid, Optional<String> declaredApplication, Optional<String> declaredHost) {
        return new PeerIdentity(
                user,
                pid.isPresent() ? pid : declaredPid,
                application.isPresent() ? application : declaredApplication,
                host.isPresent() ? host : declaredHost,
                evidence,
                sameUser,
                applicationId,
                grants,
                inForce);
    }

    /** This identity with an application that the peer has proved to be, and capabilities accepted of it. */
    public PeerIdentity proving(String provenId, Map<String, Instant> acceptedGrants) {
        return proving(provenId, acceptedGrants, capability -> true);
    }

    /**
     * This identity with an application that the peer has proved to be, and capabilities accepted of it, which can be taken
     * back.
     *
     * @param stillGranted whether a capability has not been taken back since; asked by {@link #hasCapability}, so at each
     *     call that needs one: thread-safe, and quick. It is no fact that {@link #equals} compares
     */
    public PeerIdentity proving(String provenId, Map<String, Instant> acceptedGrants, Predicate<String> stillGranted) {
        return new PeerIdentity(
                user, pid, application, host, evidence, sameUser, Optional.of(provenId), acceptedGrants, stillGranted);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PeerIdentity peer
                && user.equals(peer.user)
                && pid.equals(peer.pid)
                && application.equals(peer.application)
                && host.equals(peer.host)
                && evidence == peer.evidence
                && sameUser == peer.sameUser
                && applicationId.equals(peer.applicationId)
                && grants.equals(peer.grants);
    }

    @Override
    public int hashCode() {
        return Objects.hash(user, pid, application, host, evidence, sameUser, applicationId, grants);
    }

    /**
     * For logs: what is not known is {@code unknown}, and a host that is not known is left out; what the peer declares stands
     * in quotation marks and can have none.
     */
    @Override
    public String toString() {
        return "PeerIdentity[user=" + user.orElse(UNKNOWN)
                + ", pid=" + (pid.isPresent() ? Long.toString(pid.getAsLong()) : UNKNOWN)
                + ", application="
                + application.map(PeerIdentity::quoted).orElse(UNKNOWN)
                + host.map(name -> ", host=" + quoted(name)).orElse("")
                + ", evidence=" + evidence
                + ", sameUser=" + sameUser
                + ", applicationId=" + applicationId.orElse(UNKNOWN)
                + ", grants=" + grants + ']';
    }

    private static String quoted(String declared) {
        return '"' + declared.replace('"', '\'') + '"';
    }

    /** Whether the peer has the capability now: a grant that has not expired, and was not revoked a second ago. */
    public boolean hasCapability(String capability) {
        Instant until = grants.get(capability);
        return until != null && Instant.now().isBefore(until) && inForce.test(capability);
    }
}
