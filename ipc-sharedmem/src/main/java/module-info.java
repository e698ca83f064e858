/**
 * The transport {@code shm:}: memory-mapped rings.
 *
 * <p>System properties, read once: {@code valise.shm.memory} ({@code chronicle} or {@code jdk}; default chronicle up to
 * Java 23, but jdk on Windows, where an SLF4J provider is found, and for clients where nothing else in the JVM has loaded Chronicle Bytes),
 * {@code valise.shm.doorbell} ({@code socket} forbids futexes), {@code valise.shm.directory} (where segments are put;
 * default {@code /dev/shm/valise-<uid>}, else a folder of the runtime directory). Read at each {@code listen}: {@code valise.shm.ringBytes} (size of each of the two rings of a connection, a power of two from 65536
 * to 67108864; default 131072).
 */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"
}) // Chronicle Bytes and JNA only reserve an automatic name.
module io.valise.ipc.sharedmem {
    requires transitive io.valise.ipc;
    // Both can be left out: the JDK's memory serves then, and doorbells ring on a socket.
    requires static transitive chronicle.bytes;
    requires static com.sun.jna;
    requires java.logging;
    requires jdk.unsupported;
    requires static org.jspecify;

    exports io.valise.ipc.sharedmem;

    provides io.valise.ipc.spi.Transport with
            io.valise.ipc.sharedmem.ShmTransport;
}
