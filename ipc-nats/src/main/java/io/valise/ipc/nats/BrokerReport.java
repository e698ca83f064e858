package io.valise.ipc.nats;

import java.time.Duration;

/**
 * What a broker says to this process, and what it lets it do, as far as that shows without serving a name or calling a server:
 * each name is allowed, or not, when it is served or called. Immutable.
 *
 * @param version of the broker, such as {@code 2.9.10}
 * @param brokerName the broker's own name
 * @param name by which this process is known in subjects, and so in the broker's permissions
 * @param roundTrip from this process to the broker and back, the shortest of a few
 * @param maxPayloadBytes the longest message that the broker takes
 * @param mayList whether this process may ask which names are served, as {@link NatsTransport#servers} does
 * @param mayServe whether it may answer that, as a process that serves any name does
 * @since 0.2.0
 */
public record BrokerReport(
        String version,
        String brokerName,
        String name,
        Duration roundTrip,
        int maxPayloadBytes,
        boolean mayList,
        boolean mayServe) {}
