package io.valise.ipc.services.catalog;

import java.time.Duration;

/**
 * How long a service's requests took at its server, from when they were read to their answer. Immutable.
 *
 * @param service the name of the service
 * @param requests how many were measured
 * @param p50 half of them took no longer
 * @param p99 99 of 100 took no longer
 * @since 0.1.0
 */
public record ServiceLatency(String service, long requests, Duration p50, Duration p99) {}
