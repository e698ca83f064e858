package io.valise.ipc.nats.connect;

import io.valise.ipc.Endpoint;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A server as it is told to those who ask: a line of ASCII. Immutable.
 *
 * @param name the name that it serves
 * @param id by which it is reached alone; empty where that does not work
 */
public record Served(String name, String id) {
    /** By name, and then by id. */
    static final Comparator<Served> ORDER = Comparator.comparing(Served::name).thenComparing(Served::id);

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    /** Reads a line; empty when it is none that a server writes, as any process may answer. */
    static Optional<Served> parse(String line) {
        int space = line.indexOf(' ');
        String name = space < 0 ? line : line.substring(0, space);
        String id = space < 0 ? "" : line.substring(space + 1);
        return Endpoint.isName(name) && (space < 0 || ID.matcher(id).matches())
                ? Optional.of(new Served(name, id))
                : Optional.empty();
    }

    String line() {
        return id.isEmpty() ? name : name + ' ' + id;
    }
}
