/** The transport {@code pipe:}, Unix domain sockets; and connections over the standard streams of a child process. */
module io.valise.ipc.pipes {
    requires transitive io.valise.ipc;
    requires static org.jspecify;

    exports io.valise.ipc.pipes;

    provides io.valise.ipc.spi.Transport with
            io.valise.ipc.pipes.PipeTransport;
}
