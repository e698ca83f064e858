package io.valise.ipc.services.catalog;

import io.valise.ipc.Endpoint;
import io.valise.ipc.ValueSet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What one address answered when asked who serves it. Immutable.
 *
 * @param endpoint the address
 * @param info the answer of {@code valise.info}; empty when there was none
 * @param problem why there was none; empty when there was
 */
public record ServerStatus(Endpoint endpoint, ValueSet info, String problem) {
    static ServerStatus of(Endpoint endpoint, ValueSet info) {
        return new ServerStatus(endpoint, info, "");
    }

    static ServerStatus silent(Endpoint endpoint, String problem) {
        return new ServerStatus(endpoint, ValueSet.empty(), problem);
    }

    /** Whether the server answered. */
    public boolean answers() {
        return problem.isEmpty();
    }

    /** The name that the server's application goes by. */
    public String application() {
        return info.getString("application", "");
    }

    /** The server's process, if it said so. */
    public Optional<Long> pid() {
        return info.contains("pid") ? Optional.of(info.getLong("pid")) : Optional.empty();
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

    /** Its connections when asked, without those of who asked. */
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
                && endpoints().equals(other.endpoints());
    }

    /** This without the connections that these answers came by. */
    ServerStatus withoutProbes(List<ServerStatus> answers) {
        if (!answers()) {
            return this;
        }
        long probes = answers.stream().filter(this::isSameServerAs).count();
        long others = Math.max(0, connections() - probes);
        return of(endpoint, info.toBuilder().put("connections", others).build());
    }

    /** One of its counters since it started; 0 when it has none of that name. */
    public long counter(String name) {
        return info.getLong(name, 0);
    }

    /** This as a message, for JSON. */
    public ValueSet toValueSet() {
        ValueSet.Builder set = ValueSet.builder()
                .put("endpoint", endpoint.toString())
                .put("transport", endpoint.scheme())
                .put("answers", answers());
        if (!answers()) {
            return set.put("problem", problem).build();
        }
        return set.putAll(info)
                .put("services", services().toArray(String[]::new))
                .build();
    }
}
