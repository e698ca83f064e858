package io.valise.ipc.services.catalog;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.hosting.ServiceManifest;
import io.valise.ipc.services.manifest.ManifestReader;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What is known of the server of one address, running or startable. Immutable.
 *
 * <p>A server answers {@code valise.info} as it likes: any of its members may be absent or an explicit null. One that
 * has another type than docs/protocol.md says is left out of {@code info}, and {@code problem} names it; so no method
 * here fails because of a server's answer.
 *
 * @param endpoint the address
 * @param state whether a server runs there now
 * @param info the answer of {@code valise.info}, or what the manifest says of a server that can be started
 * @param problem why there is neither, or what in the answer cannot be read; empty when there is nothing to say
 * @since 0.1.0
 */
public record ServerStatus(Endpoint endpoint, State state, ValueSet info, String problem) {
    /**
     * Whether a server runs at an address.
     *
     * @since 0.1.0
     */
    public enum State {
        /** A server answers. */
        ALIVE,
        /** No server runs, but a service manifest says how to start a server: {@code startIfAbsent} does. */
        STARTABLE,
        /** There is a server or a manifest that cannot be used; the problem says why. */
        SILENT
    }

    /** Leaves out the members of the answer that cannot be read, and names them in the problem. */
    public ServerStatus {
        InfoMembers members = InfoMembers.of(info);
        info = members.readable();
        problem = problem.isEmpty() ? members.faults() : problem;
    }

    static ServerStatus of(Endpoint endpoint, ValueSet info) {
        return new ServerStatus(endpoint, State.ALIVE, info, "");
    }

    static ServerStatus silent(Endpoint endpoint, String problem) {
        return silent(endpoint, ValueSet.empty(), problem);
    }

    static ServerStatus silent(Endpoint endpoint, ValueSet known, String problem) {
        return new ServerStatus(endpoint, State.SILENT, known, problem);
    }

    static ServerStatus startable(Endpoint endpoint, ServiceManifest manifest) {
        ValueSet info = ValueSet.builder()
                .put("services", manifest.offered().toArray(String[]::new))
                .put("instances", ManifestReader.wordOf(manifest.mode()))
                .put("idle", manifest.idle())
                .put("command", manifest.command().toArray(String[]::new))
                .build();
        return new ServerStatus(endpoint, State.STARTABLE, info, "");
    }

    /** Whether the server answered. */
    public boolean answers() {
        return state == State.ALIVE;
    }

    /** The name of the server's application. */
    public String application() {
        return info.getString("application", "");
    }

    /** The server's process, if it said so. */
    public Optional<Long> pid() {
        return info.contains("pid") ? Optional.of(info.getLong("pid")) : Optional.empty();
    }

    /**
     * The machine that it runs on, as it says; empty where it does not, and unless {@link ServiceCatalog#withNetworks} or {@link
     * ServiceCatalog#withNetwork} had it asked.
     *
     * @since 0.2.0
     */
    public Optional<String> host() {
        return info.contains("host") ? Optional.of(info.getString("host")) : Optional.empty();
    }

    /**
     * What tells it from every other server, those of its process too: random, the same as long as it runs; empty where {@link
     * #host()} is not asked for, and where the server is an older one or not of this library.
     *
     * @since 0.2.0
     */
    public Optional<String> serverId() {
        return info.contains("serverId") ? Optional.of(info.getString("serverId")) : Optional.empty();
    }

    /**
     * Whether there was no answer in the time that the catalog waits.
     *
     * @since 0.2.0
     */
    public boolean timedOut() {
        return state == State.SILENT && problem.equals(IpcStatus.TIMEOUT.toString());
    }

    /** How long it has been up. */
    public Duration uptime() {
        return info.getDuration("uptime", Duration.ZERO);
    }

    /** Its services without those that every server has. */
    public List<String> services() {
        return List.of(info.getStrings("services", new String[0])).stream()
                .filter(name -> !name.startsWith("valise."))
                .toList();
    }

    /** Its connections at that time, without those of this query. */
    public long connections() {
        return counter("connections");
    }

    /** All the addresses of this server, as it says. */
    public List<String> endpoints() {
        return List.of(info.getStrings("endpoints", new String[] {endpoint.toString()}));
    }

    /** Whether both are addresses of one server. */
    public boolean isSameServerAs(ServerStatus other) {
        return answers()
                && other.answers()
                && pid().equals(other.pid())
                && host().equals(other.host())
                && serverId().equals(other.serverId())
                && endpoints().equals(other.endpoints());
    }

    /** A copy that does not count the connections of the query itself. */
    ServerStatus withoutProbes(List<ServerStatus> answers) {
        if (!answers()) {
            return this;
        }
        long probes = answers.stream().filter(this::isSameServerAs).count();
        long others = Math.max(0, connections() - probes);
        ValueSet corrected = info.toBuilder().put("connections", others).build();
        return new ServerStatus(endpoint, state, corrected, problem);
    }

    /** One of its counters since it started; 0 when it has no whole number of that name. */
    public long counter(String name) {
        return InfoMembers.wholeNumber(info, name);
    }

    /**
     * How long the requests of its services took, by name; empty where the server does not measure that. {@link
     * ServiceCatalog#measuringLatency()} asks servers to.
     */
    public List<ServiceLatency> latencies() {
        String[] names = info.getStrings("measuredServices", new String[0]);
        long[] counts = info.getLongs("measuredRequests", new long[0]);
        long[] p50 = info.getLongs("latencyP50", new long[0]);
        long[] p99 = info.getLongs("latencyP99", new long[0]);
        int known = Math.min(Math.min(names.length, counts.length), Math.min(p50.length, p99.length));
        return IntStream.range(0, known)
                .mapToObj(each -> new ServiceLatency(
                        names[each], counts[each], Duration.ofNanos(p50[each]), Duration.ofNanos(p99[each])))
                .toList();
    }

    /** This as a message, for JSON. */
    public ValueSet toValueSet() {
        ValueSet.Builder set = ValueSet.builder()
                .put("endpoint", endpoint.toString())
                .put("transport", endpoint.scheme())
                .put("state", ManifestReader.wordOf(state))
                .put("answers", answers());
        InfoMembers.flat(info, set);
        if (answers() || state == State.STARTABLE) {
            set.put("services", services().toArray(String[]::new));
        }
        return problem.isEmpty() ? set.build() : set.put("problem", problem).build();
    }
}
