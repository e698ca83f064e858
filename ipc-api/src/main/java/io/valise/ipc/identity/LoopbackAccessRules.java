package io.valise.ipc.identity;

import static java.util.Objects.requireNonNull;

import io.valise.ipc.IpcException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * With whom an application talks over {@code loopback:}. Blocked unless allowed: a client needs an {@code out} rule that
 * names the server's application, and a server an {@code in} rule that names the client's; each end checks its own, of
 * the peer's <em>proven</em> identity, when they connect, and the server again at each call. A peer without an identity is
 * named by no rule: an exemption lets it pass, in the direction that it is for. Other transports are not concerned.
 * Without rules any process of the same user connects, by the endpoint's secret. Thread-safe.
 *
 * <pre>{@code
 * LoopbackAccessRules rules = LoopbackAccessRules.builder(identity).in("reader_8wekyb3d8bbwe").build();
 * try (IpcServer server = IpcServer.builder("loopback:quotes").loopbackRules(rules).start()) {
 *     try (LoopbackAccessRules.Exemption exemption = rules.exemptInbound("debugger_8wekyb3d8bbwe")) {
 *         // the debugger may connect and call for as long as this block runs
 *     }
 * }
 * }</pre>
 *
 * <p>Rules that are kept in a manifest file are those of {@code LoopbackManifest.rules} in {@code ipc-services}.
 *
 * @since 0.1.0
 */
public final class LoopbackAccessRules {
    /** The most rules there may be, {@code in} and {@code out} together. */
    public static final int MAX_RULES = 1000;

    private final String applicationId;
    private final @Nullable AppIdentity application;
    private final Supplier<Rules> recent;
    private final Supplier<Rules> latest;
    private final Exemptions inbound = new Exemptions();
    private final Exemptions outbound = new Exemptions();

    private LoopbackAccessRules(
            String applicationId, @Nullable AppIdentity application, Supplier<Rules> recent, Supplier<Rules> latest) {
        this.applicationId = applicationId;
        this.application = application;
        this.recent = recent;
        this.latest = latest;
    }

    /** Begins the rules of an application; none allows anything yet. */
    public static Builder builder(AppIdentity application) {
        return new Builder(application.id(), application);
    }

    /**
     * Begins the rules of an application of which this process need not have the key: to {@link #explain}, and not for a
     * server or client of this process.
     */
    public static Builder builder(String applicationId) {
        return new Builder(applicationId, null);
    }

    /**
     * Rules that are kept elsewhere and change while programs run. Where they cannot be read, nothing is allowed.
     *
     * @param recent the rules as they were a moment ago; asked at each call of a connection over loopback: thread-safe and
     *     quick; throws an {@link IpcException} where they cannot be read
     * @param latest the rules as they are now; asked before anything is refused
     */
    public static LoopbackAccessRules following(
            AppIdentity application, Supplier<LoopbackAccessRules> recent, Supplier<LoopbackAccessRules> latest) {
        return new LoopbackAccessRules(
                application.id(),
                application,
                () -> recent.get().recent.get(),
                () -> latest.get().latest.get());
    }

    /** What is allowed, at one moment. */
    private record Rules(Side in, Side out, boolean privateNetwork) {}

    /**
     * What is allowed in one direction.
     *
     * @param applications ids of peers
     * @param exemptUntil until when peers without an identity are allowed
     */
    private record Side(Set<String> applications, Instant exemptUntil) {
        boolean allow(Optional<String> peerId) {
            return peerId.map(applications::contains)
                    .orElseGet(() -> Instant.now().isBefore(exemptUntil));
        }
    }

    /** Which end an application is of a connection, and how it calls the other one. */
    private enum Direction {
        IN("server", "in", "client"),
        OUT("client", "out", "server");

        private final String end;
        private final String word;
        private final String other;

        Direction(String end, String word, String other) {
            this.end = end;
            this.word = word;
            this.other = other;
        }

        Side of(Rules all) {
            return this == IN ? all.in : all.out;
        }

        String lacks(Optional<String> peerId) {
            return end + " lacks an " + word
                    + peerId.map(id -> " rule for " + id)
                            .orElseGet(() -> " exemption for a " + other + " without an identity");
        }

        String lacksCapability() {
            return end + " lacks the capability privateNetworkClientServer";
        }
    }

    /**
     * Collects rules. Not thread-safe.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private final String applicationId;
        private final @Nullable AppIdentity application;
        private final Set<String> out = new LinkedHashSet<>();
        private final Set<String> in = new LinkedHashSet<>();
        private Instant exemptOut = Instant.MIN;
        private Instant exemptIn = Instant.MIN;
        private boolean privateNetwork = true;

        private Builder(String applicationId, @Nullable AppIdentity application) {
            this.applicationId = applicationId;
            this.application = application;
        }

        /**
         * Lets this application connect to another.
         *
         * @param applicationId {@link AppIdentity#id()} of the server
         * @throws IllegalArgumentException when there are too many rules
         */
        public Builder out(String applicationId) {
            return add(out, applicationId);
        }

        /**
         * Lets another application connect to this one.
         *
         * @param applicationId {@link AppIdentity#id()} of the client
         * @throws IllegalArgumentException when there are too many rules
         */
        public Builder in(String applicationId) {
            return add(in, applicationId);
        }

        private Builder add(Set<String> rules, String applicationId) {
            if (rules.add(applicationId) && out.size() + in.size() > MAX_RULES) {
                rules.remove(applicationId);
                throw new IllegalArgumentException("loopback access rules: limit=" + MAX_RULES + ", actual="
                        + (MAX_RULES + 1) + ": let applications share a name");
            }
            return this;
        }

        /**
         * Lets this application connect to servers without an identity, until a time.
         *
         * @param until {@link Instant#MAX} for always
         */
        public Builder exemptOutbound(Instant until) {
            exemptOut = requireNonNull(until);
            return this;
        }

        /**
         * Lets clients without an identity connect to this application, until a time.
         *
         * @param until {@link Instant#MAX} for always
         */
        public Builder exemptInbound(Instant until) {
            exemptIn = requireNonNull(until);
            return this;
        }

        /**
         * Whether the application declares the capability {@code privateNetworkClientServer}; unless said otherwise it does.
         * Without it nothing is allowed, whatever the rules and exemptions say.
         */
        public Builder privateNetworkClientServer(boolean declared) {
            privateNetwork = declared;
            return this;
        }

        /** The rules. */
        public LoopbackAccessRules build() {
            Rules rules =
                    new Rules(new Side(Set.copyOf(in), exemptIn), new Side(Set.copyOf(out), exemptOut), privateNetwork);
            return new LoopbackAccessRules(applicationId, application, () -> rules, () -> rules);
        }
    }

    /**
     * Whose rules these are.
     *
     * @throws IllegalStateException when they were begun with an id alone
     */
    public AppIdentity application() {
        if (application == null) {
            throw new IllegalStateException("loopback access rules of " + applicationId
                    + ": they were made to explain, without the application's key; begin them with its AppIdentity");
        }
        return application;
    }

    /** The id of the application whose rules these are. */
    public String applicationId() {
        return applicationId;
    }

    /** Why a connection of that client to that server is refused, by the rule that is missing; empty when it is not. */
    public static Optional<String> explain(LoopbackAccessRules client, LoopbackAccessRules server) {
        return client.outRefusal(Optional.of(server.applicationId))
                .or(() -> server.inRefusal(Optional.of(client.applicationId)));
    }

    /** Why this application does not connect to a server; empty when it may. */
    public Optional<String> outRefusal(Optional<String> serverId) {
        return refusal(Direction.OUT, outbound, serverId);
    }

    /** Why this application does not let a client in; empty when it does. */
    public Optional<String> inRefusal(Optional<String> clientId) {
        return refusal(Direction.IN, inbound, clientId);
    }

    private Optional<String> refusal(Direction direction, Exemptions exemptions, Optional<String> peerId) {
        return refusal(recent, direction, exemptions, peerId)
                .flatMap(before -> refusal(latest, direction, exemptions, peerId));
    }

    private static Optional<String> refusal(
            Supplier<Rules> source, Direction direction, Exemptions exemptions, Optional<String> peerId) {
        Rules rules;
        try {
            rules = source.get();
        } catch (IpcException unreadable) {
            return Optional.of(direction.end + " cannot read its loopback access rules: " + unreadable.reason());
        }
        if (!rules.privateNetwork) {
            return Optional.of(direction.lacksCapability());
        }
        return exemptions.has(peerId) || direction.of(rules).allow(peerId)
                ? Optional.empty()
                : Optional.of(direction.lacks(peerId));
    }

    /**
     * Lets another application in until the exemption is closed; its connections stay after that, but may call nothing.
     *
     * @param applicationId {@link AppIdentity#id()} of the client
     */
    public Exemption exemptInbound(String applicationId) {
        return inbound.begin(Optional.of(applicationId));
    }

    /** Lets clients without an identity in until the exemption is closed; after that their connections may call nothing. */
    public Exemption exemptInbound() {
        return inbound.begin(Optional.empty());
    }

    /** Lets this application connect to servers without an identity until the exemption is closed. */
    public Exemption exemptOutbound() {
        return outbound.begin(Optional.empty());
    }

    /** The exemptions in one direction that are open; an empty id stands for peers without an identity. */
    private static final class Exemptions {
        private final Map<Optional<String>, Integer> open = new ConcurrentHashMap<>();

        boolean has(Optional<String> peerId) {
            return !open.isEmpty() && open.containsKey(peerId);
        }

        Exemption begin(Optional<String> peerId) {
            open.merge(peerId, 1, Integer::sum);
            return new Exemption(this, peerId);
        }

        void end(Optional<String> peerId) {
            open.computeIfPresent(peerId, (id, count) -> count == 1 ? null : count - 1);
        }
    }

    /**
     * An exception to the rules that lasts until it is closed. Thread-safe.
     *
     * @since 0.1.0
     */
    public static final class Exemption implements AutoCloseable {
        private final Exemptions exemptions;
        private final Optional<String> peerId;
        private boolean closed;

        private Exemption(Exemptions exemptions, Optional<String> peerId) {
            this.exemptions = exemptions;
            this.peerId = peerId;
        }

        /** Ends the exemption. Idempotent. */
        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                exemptions.end(peerId);
            }
        }
    }
}
