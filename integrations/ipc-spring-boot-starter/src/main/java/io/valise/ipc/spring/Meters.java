package io.valise.ipc.spring;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;

/** What shows the counters of servers and connections. Thread-safe. */
interface Meters {
    /** Shows none. */
    Meters NONE = new Meters() {
        @Override
        public Runnable ofServer(String bean, IpcServer server) {
            return () -> {};
        }

        @Override
        public Runnable ofClient(String client, IpcConnection connection) {
            return () -> {};
        }
    };

    /**
     * Shows the counters of a server.
     *
     * @param bean the name of its bean
     * @return removes them; may be run again
     */
    Runnable ofServer(String bean, IpcServer server);

    /**
     * Shows the counters of a connection.
     *
     * @param client the name of the client
     * @return removes them; may be run again
     */
    Runnable ofClient(String client, IpcConnection connection);
}
