/** The contract of Valise: ValueSets between processes on one machine. */
module io.valise.ipc {
    requires jdk.net;
    requires static org.jspecify;

    exports io.valise.ipc;
    exports io.valise.ipc.identity;
    exports io.valise.ipc.spi;
    exports io.valise.ipc.spi.runtime;

    uses io.valise.ipc.spi.ServerStarter;
    uses io.valise.ipc.spi.Transport;
}
