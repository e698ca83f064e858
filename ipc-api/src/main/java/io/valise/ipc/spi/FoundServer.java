package io.valise.ipc.spi;

import io.valise.ipc.Endpoint;

/**
 * A server that a transport has found ({@link Transport#servers}). Immutable.
 *
 * @param endpoint its address, which other servers may have too where a transport reaches other machines
 * @param transport connects with this server and no other one of the name; passed to a client's {@code transport(..)}
 * @since 0.2.0
 */
public record FoundServer(Endpoint endpoint, Transport transport) {}
