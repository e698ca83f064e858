package io.valise.ipc.cli.servers;

import io.valise.ipc.ValueSet;
import io.valise.ipc.services.catalog.ServerStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One server with all its addresses, or one that can be started. Immutable.
 *
 * @param name the name of its addresses
 * @param first the status from the first of them
 * @param addresses all of them, fastest first
 */
public record ServiceLine(String name, ServerStatus first, List<String> addresses) {
    /** The lines for some addresses; addresses of one name and server share a line. */
    public static List<ServiceLine> of(List<ServerStatus> statuses) {
        Map<List<Object>, List<ServerStatus>> groups = statuses.stream()
                .collect(Collectors.groupingBy(
                        status -> List.of(
                                status.endpoint().name(),
                                status.state(),
                                status.pid(),
                                status.host(),
                                status.serverId()),
                        LinkedHashMap::new,
                        Collectors.toList()));
        return groups.values().stream().map(ServiceLine::line).toList();
    }

    private static ServiceLine line(List<ServerStatus> group) {
        ServerStatus first = group.get(0);
        return new ServiceLine(
                first.endpoint().name(),
                first,
                group.stream().map(status -> status.endpoint().toString()).toList());
    }

    /** Its process, if it runs. */
    public Optional<Long> pid() {
        return first.pid();
    }

    /** The machine that it runs on, if it says so; - for one that does not run. */
    public String hostForPeople() {
        return first.state() == ServerStatus.State.STARTABLE
                ? "-"
                : first.host().orElse("?");
    }

    /** What it offers. */
    public List<String> services() {
        return first.services();
    }

    /** alive, startable, or the reason why it is neither. */
    public String stateForPeople() {
        return first.problem().isEmpty() ? state() : state() + " (" + first.problem() + ')';
    }

    private String state() {
        return first.state().name().toLowerCase(Locale.ROOT);
    }

    /** This as a message, for JSON. */
    public ValueSet toValueSet() {
        ValueSet.Builder set = ValueSet.builder().put("name", name).put("state", state());
        first.host().ifPresent(host -> set.put("host", host));
        pid().ifPresent(pid -> set.put("pid", pid));
        if (!first.problem().isEmpty()) {
            set.put("problem", first.problem());
        }
        return set.put("addresses", addresses.toArray(String[]::new))
                .put("services", services().toArray(String[]::new))
                .build();
    }
}
