/** The transport {@code pipe:} (Windows named pipes, Unix domain sockets) and anonymous pipes to a child process. */
@SuppressWarnings("requires-automatic") // JNA has no module descriptor, only a reserved automatic name.
module io.valise.ipc.pipes {
    requires transitive io.valise.ipc;
    requires com.sun.jna;
    requires static org.jspecify;
}
