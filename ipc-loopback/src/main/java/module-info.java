/** The transport {@code loopback:} (TCP on the loopback interface). */
@SuppressWarnings("requires-automatic") // Netty has no module descriptor, only a reserved automatic name.
module io.valise.ipc.loopback {
    requires transitive io.valise.ipc;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport;
    requires static org.jspecify;
}
