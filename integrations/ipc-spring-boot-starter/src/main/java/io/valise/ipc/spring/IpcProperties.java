package io.valise.ipc.spring;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties {@code valise.*} of an application. Immutable and thread-safe.
 *
 * @param endpointOverride Address of the server and of all clients, instead of theirs; for tests.
 * @param server Settings of the server.
 * @param clients Settings of the clients, by name.
 * @param micrometer Settings of the metrics of Micrometer.
 * @param opentelemetry Settings of the spans and durations of OpenTelemetry.
 * @since 0.1.0
 */
@ConfigurationProperties("valise")
public record IpcProperties(
        @Nullable String endpointOverride,
        @DefaultValue Server server,
        @DefaultValue Map<String, Client> clients,
        @DefaultValue Telemetry micrometer,
        @DefaultValue Telemetry opentelemetry) {

    Client client(String name) {
        return clients.getOrDefault(name, new Client(null, null, null, null, null, true, List.of(), false, false));
    }

    /**
     * Settings of the server.
     *
     * @param endpoints Addresses to serve. Default: any: and the name of the application.
     * @param shutdownGrace How long the server waits for running calls when the application ends; 0 closes at once. Default: a
     *     second, or a tenth, less than spring.lifecycle.timeout-per-shutdown-phase.
     * @param keepAlive Whether the application runs until it is told to end, though main has returned.
     * @param requestTimeout Timeout of the calls that the server makes to its clients. Default: 30s.
     * @param maxMessageSize Longest message that is accepted. Default: 16MB.
     * @param waitStrategy How readers wait. Default: adaptive.
     * @since 0.1.0
     */
    public record Server(
            @DefaultValue List<String> endpoints,
            @Nullable Duration shutdownGrace,
            @DefaultValue("true") boolean keepAlive,
            @Nullable Duration requestTimeout,
            @Nullable DataSize maxMessageSize,
            @Nullable WaitMode waitStrategy) {}

    /**
     * Settings of a client.
     *
     * @param endpoint Address of the server. Default: any: and the name of the client.
     * @param connectTimeout How long connecting may take. Default: 5s.
     * @param requestTimeout Timeout of calls. Default: 30s.
     * @param maxMessageSize Longest message that is accepted. Default: 16MB.
     * @param waitStrategy How readers wait. Default: adaptive.
     * @param reconnect Whether the client connects again when its server has ended or was restarted.
     * @param idempotent Services whose calls are repeated then, though they may have run.
     * @param startIfAbsent Whether the server is started if there is none; a service manifest says how.
     * @param connectOnStart Whether the client connects when the application starts, which fails if there is no server. A
     *     client for which there are handlers always does.
     * @since 0.1.0
     */
    public record Client(
            @Nullable String endpoint,
            @Nullable Duration connectTimeout,
            @Nullable Duration requestTimeout,
            @Nullable DataSize maxMessageSize,
            @Nullable WaitMode waitStrategy,
            @DefaultValue("true") boolean reconnect,
            @DefaultValue List<String> idempotent,
            @DefaultValue("false") boolean startIfAbsent,
            @DefaultValue("false") boolean connectOnStart) {}

    /**
     * Settings of a kind of telemetry.
     *
     * @param enabled Whether servers and clients are observed when its bean and the module for it are there.
     * @since 0.1.0
     */
    public record Telemetry(@DefaultValue("true") boolean enabled) {}
}
