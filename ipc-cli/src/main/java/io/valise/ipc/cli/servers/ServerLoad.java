package io.valise.ipc.cli.servers;

import io.valise.ipc.Endpoint;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.catalog.ServerStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The servers at one moment, and their work since the last look. Immutable. */
public final class ServerLoad {
    private final List<ServerStatus> servers;
    private final long nanoTime;
    private final Map<Key, ServerStatus> before;
    private final double seconds;

    /** One server at an address, which others may share. */
    private record Key(Endpoint endpoint, Optional<String> host, Optional<Long> pid, Optional<String> serverId) {
        static Key of(ServerStatus server) {
            return new Key(server.endpoint(), server.host(), server.pid(), server.serverId());
        }
    }

    /** The first look, without rates. */
    public ServerLoad(List<ServerStatus> servers, long nanoTime) {
        this(servers, nanoTime, Map.of(), 1);
    }

    private ServerLoad(List<ServerStatus> servers, long nanoTime, Map<Key, ServerStatus> before, double seconds) {
        this.servers = servers;
        this.nanoTime = nanoTime;
        this.before = before;
        this.seconds = seconds;
    }

    /** The next look. */
    public ServerLoad next(List<ServerStatus> now, long nowNanoTime) {
        Map<Key, ServerStatus> known = new HashMap<>();
        servers.forEach(server -> known.put(Key.of(server), server));
        return new ServerLoad(now, nowNanoTime, known, (nowNanoTime - nanoTime) / 1e9);
    }

    /** The servers at this look. */
    public List<ServerStatus> servers() {
        return servers;
    }

    /** The servers, each by one of its addresses. */
    public List<ServerStatus> distinct() {
        return servers.stream().filter(this::isFirstOfItsServer).toList();
    }

    private boolean isFirstOfItsServer(ServerStatus server) {
        return servers.stream()
                .filter(server::isSameServerAs)
                .findFirst()
                .map(first -> first.endpoint().equals(server.endpoint()))
                .orElse(true);
    }

    /** Requests a second, without those of this command. */
    public long requestsPerSecond(ServerStatus server) {
        return perSecond(growth(server, "requestsServed") - growth(server, "builtInRequestsServed"));
    }

    /** How much one of a server's counters grew in a second; 0 for a server that is new or was restarted. */
    public long perSecond(ServerStatus server, String counter) {
        return perSecond(growth(server, counter));
    }

    private long perSecond(long growth) {
        return Math.round(Math.max(0, growth) / seconds);
    }

    private long growth(ServerStatus server, String counter) {
        ServerStatus earlier = before.get(Key.of(server));
        if (earlier == null || !earlier.answers()) {
            return 0;
        }
        return server.counter(counter) - earlier.counter(counter);
    }

    /** Bytes that wait for a thread of a server, or until its peers read; empty where the server does not tell. */
    public OptionalLong backlog(ServerStatus server) {
        return server.info().contains("bytesUnhandled") || server.info().contains("bytesUnsent")
                ? OptionalLong.of(server.counter("bytesUnhandled") + server.counter("bytesUnsent"))
                : OptionalLong.empty();
    }

    /** How full the fullest ring of a server is, from 0 to 1; empty where the server does not tell. */
    public OptionalDouble ringOccupancy(ServerStatus server) {
        double taken = server.info().getDouble("ringOccupancy", Double.NaN);
        return taken >= 0 && taken <= 1 ? OptionalDouble.of(taken) : OptionalDouble.empty();
    }

    /** This as messages, for JSON. */
    public List<ValueSet> toValueSets() {
        return distinct().stream().map(this::toValueSet).toList();
    }

    private ValueSet toValueSet(ServerStatus server) {
        return server.toValueSet().toBuilder()
                .put("requestsPerSecond", requestsPerSecond(server))
                .put("bytesReceivedPerSecond", perSecond(server, "bytesReceived"))
                .put("bytesSentPerSecond", perSecond(server, "bytesSent"))
                .build();
    }
}
