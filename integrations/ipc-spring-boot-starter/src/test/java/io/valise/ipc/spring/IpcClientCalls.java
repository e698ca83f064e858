package io.valise.ipc.spring;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;

/** One call over a connection of its own. */
final class IpcClientCalls {
    private IpcClientCalls() {}

    static ValueSet request(String endpoint, String service) {
        try (IpcConnection connection = IpcClient.connect(endpoint)) {
            return connection.request(service, ValueSet.empty());
        }
    }
}
