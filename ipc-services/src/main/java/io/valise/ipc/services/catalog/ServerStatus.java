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

    /** Its connections without the one that asked. */
    public long connections() {
        return Math.max(0, counter("connections") - 1);
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
                .put("connections", connections())
                .put("services", services().toArray(String[]::new))
                .build();
    }
}
