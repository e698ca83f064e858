/** The transport {@code pipe:}, Unix domain sockets or named pipes of Windows; and connections over the standard streams of a child process. */
@SuppressWarnings("requires-automatic") // JNA only reserves an automatic name.
module io.valise.ipc.pipes {
    requires transitive io.valise.ipc;
    requires static com.sun.jna; // for the named pipes of Windows alone
    requires static org.jspecify;

    exports io.valise.ipc.pipes;

    provides io.valise.ipc.spi.Transport with
            io.valise.ipc.pipes.PipeTransport;
}
