package io.valise.ipc.identity;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * With whom an application talks over {@code loopback:}. Blocked unless allowed: a client needs an {@code out} rule that
 * names the server's application, and a server an {@code in} rule that names the client's; each end checks its own, of
 * the peer's <em>proven</em> identity, when they connect, and the server again at each call. Other transports are not
 * concerned. Without rules any process of the same user connects, by the endpoint's secret. Thread-safe.
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
 * @since 0.1.0
 */
public final class LoopbackAccessRules {
    /** The most rules there may be, {@code in} and {@code out} together. */
    public static final int MAX_RULES = 1000;

    private final AppIdentity application;
    private final Set<String> out;
    private final Set<String> in;
    private final Map<String, Integer> exempted = new ConcurrentHashMap<>();

    private LoopbackAccessRules(Builder builder) {
        this.application = builder.application;
        this.out = Set.copyOf(builder.out);
        this.in = Set.copyOf(builder.in);
    }

    /** Begins the rules of an application; none allows anything yet. */
    public static Builder builder(AppIdentity application) {
        return new Builder(application);
    }

    /**
     * Collects rules. Not thread-safe.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private final AppIdentity application;
        private final Set<String> out = new LinkedHashSet<>();
        private final Set<String> in = new LinkedHashSet<>();

        private Builder(AppIdentity application) {
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

        /** The rules. */
        public LoopbackAccessRules build() {
            return new LoopbackAccessRules(this);
        }
    }

    /** Whose rules these are. */
    public AppIdentity application() {
        return application;
    }

    /** Why a connection of that client to that server is refused, by the rule that is missing; empty when it is not. */
    public static Optional<String> explain(LoopbackAccessRules client, LoopbackAccessRules server) {
        return client.outRefusal(Optional.of(server.application.id()))
                .or(() -> server.inRefusal(Optional.of(client.application.id())));
    }

    /** Why this application does not connect to a server; empty when it may. */
    public Optional<String> outRefusal(Optional<String> serverId) {
        return serverId.filter(out::contains).isPresent()
                ? Optional.empty()
                : Optional.of("client lacks an out rule for " + serverId.orElse("a server without an identity"));
    }

    /** Why this application does not let a client in; empty when it does. */
    public Optional<String> inRefusal(Optional<String> clientId) {
        return clientId.filter(id -> in.contains(id) || exempted.containsKey(id))
                        .isPresent()
                ? Optional.empty()
                : Optional.of("server lacks an in rule for " + clientId.orElse("a client without an identity"));
    }

    /**
     * Lets another application in until the exemption is closed; its connections stay after that, but may call nothing.
     *
     * @param applicationId {@link AppIdentity#id()} of the client
     */
    public Exemption exemptInbound(String applicationId) {
        exempted.merge(applicationId, 1, Integer::sum);
        return new Exemption(this, applicationId);
    }

    private void end(String applicationId) {
        exempted.computeIfPresent(applicationId, (id, count) -> count == 1 ? null : count - 1);
    }

    /**
     * An exception to the rules that lasts until it is closed. Thread-safe.
     *
     * @since 0.1.0
     */
    public static final class Exemption implements AutoCloseable {
        private final LoopbackAccessRules rules;
        private final String applicationId;
        private boolean closed;

        private Exemption(LoopbackAccessRules rules, String applicationId) {
            this.rules = rules;
            this.applicationId = applicationId;
        }

        /** Ends the exemption. Idempotent. */
        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                rules.end(applicationId);
            }
        }
    }
}
