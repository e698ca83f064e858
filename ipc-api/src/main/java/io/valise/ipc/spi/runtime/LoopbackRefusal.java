package io.valise.ipc.spi.runtime;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * That loopback access rules refused a peer. Immutable.
 *
 * @param at when
 * @param pid the process that refused
 * @param endpoint the address
 * @param application the id of the application whose rules they are
 * @param inbound whether it refused a client; else it refused to use a server
 * @param peer the id that the peer has proved; empty for one without an identity
 * @param because the rule that is missing
 * @since 0.1.0
 */
public record LoopbackRefusal(
        Instant at,
        long pid,
        String endpoint,
        String application,
        boolean inbound,
        Optional<String> peer,
        String because) {
    private static final String NO_PEER = "-";
    private static final int FIELDS = 7;

    /** One of this moment, by this process. */
    public static LoopbackRefusal now(
            String endpoint, String application, boolean inbound, Optional<String> peer, String because) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return new LoopbackRefusal(now, ProcessHandle.current().pid(), endpoint, application, inbound, peer, because);
    }

    /** As a line of text without its end: the fields with a tab between them. */
    String line() {
        return String.join(
                "\t",
                at.toString(),
                Long.toString(pid),
                oneLine(endpoint),
                oneLine(application),
                inbound ? "in" : "out",
                oneLine(peer.orElse(NO_PEER)),
                oneLine(because));
    }

    private static String oneLine(String field) {
        return AuditLog.oneLine(field);
    }

    /** What a line says; empty when it is none, such as the beginning of one whose writer was killed. */
    static Optional<LoopbackRefusal> parse(String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length != FIELDS) {
            return Optional.empty();
        }
        try {
            return Optional.of(new LoopbackRefusal(
                    Instant.parse(fields[0]),
                    Long.parseLong(fields[1]),
                    fields[2],
                    fields[3],
                    fields[4].equals("in"),
                    fields[5].equals(NO_PEER) ? Optional.empty() : Optional.of(fields[5]),
                    fields[6]));
        } catch (DateTimeException | NumberFormatException notWritten) {
            return Optional.empty();
        }
    }
}
