/** The transport {@code loopback:} (TCP on the loopback interface). */
@SuppressWarnings("requires-automatic") // Netty has no module descriptor, only a reserved automatic name.
module io.valise.ipc.loopback {
    requires transitive io.valise.ipc;
    requires io.netty.common;
    requires io.netty.transport;
    requires static org.jspecify;

    exports io.valise.ipc.loopback;

    provides io.valise.ipc.spi.Transport with
            io.valise.ipc.loopback.LoopbackTransport;
}
