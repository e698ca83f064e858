/** The transport {@code shm:} (memory-mapped rings) and shared regions for bulk data. */
@SuppressWarnings("requires-automatic") // Chronicle Bytes and JNA only reserve an automatic name.
module io.valise.ipc.sharedmem {
    requires transitive io.valise.ipc;
    requires chronicle.bytes;
    requires com.sun.jna;
    requires static org.jspecify;
}
