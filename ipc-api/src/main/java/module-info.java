/** The contract of Valise: ValueSets between processes on one machine. */
module io.valise.ipc {
    requires static org.jspecify;

    exports io.valise.ipc;
    exports io.valise.ipc.spi;

    uses io.valise.ipc.spi.Transport;
}
