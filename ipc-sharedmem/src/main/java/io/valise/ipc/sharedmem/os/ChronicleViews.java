package io.valise.ipc.sharedmem.os;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.PointerBytesStore;

/** Chronicle {@code Bytes} over mapped buffers. */
public final class ChronicleViews {
    private ChronicleViews() {}

    /**
     * The bytes of a direct buffer, all of them readable, and writable from the beginning by {@code writePosition(0)}.
     *
     * @throws IpcException {@code UNSUPPORTED} where Chronicle Bytes does not work
     */
    public static Bytes<?> of(ByteBuffer direct) {
        if (!ChronicleStart.works()) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED,
                    "Chronicle Bytes is missing or does not work in this JVM (why is logged at DEBUG):"
                            + " add net.openhft:chronicle-bytes, or use buffer()",
                    Delivery.NOT_SENT);
        }
        PointerBytesStore store = new PointerBytesStore();
        store.set(UnsafeAccess.address(direct), direct.capacity());
        Bytes<Void> bytes = store.bytesForWrite();
        bytes.singleThreadedCheckDisabled(true);
        // Without this limit Chronicle would write beyond the end.
        return bytes.writeLimit(direct.capacity()).writePosition(direct.capacity());
    }
}
