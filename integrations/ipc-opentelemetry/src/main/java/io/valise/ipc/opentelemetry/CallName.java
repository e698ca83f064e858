package io.valise.ipc.opentelemetry;

import io.valise.ipc.Endpoint;
import java.util.Optional;

/**
 * What is called.
 *
 * @param service the service or event
 * @param remoteMethod of a remote object
 * @param endpoint the address of the connection
 */
record CallName(String service, Optional<String> remoteMethod, Endpoint endpoint) {
    /** As the conventions want it: a method of a service after a slash. */
    String method() {
        return remoteMethod.map(method -> service + '/' + method).orElse(service);
    }

    String address() {
        return endpoint.toString();
    }
}
