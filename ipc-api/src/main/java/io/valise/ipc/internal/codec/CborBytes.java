package io.valise.ipc.internal.codec;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** One value set as an array of bytes of its own. */
public final class CborBytes {
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    /** As binary logarithm: the cache lives for one message only. */
    private static final int FEW_KEYS = 3;

    private CborBytes() {}

    public static byte[] write(ValueSet set) {
        long bound = ValueSetEncoder.sizeBound(set);
        if (bound > LARGEST_ARRAY) {
            throw new IpcException(
                    IpcStatus.MESSAGE_TOO_LARGE,
                    "ValueSet: limit=" + LARGEST_ARRAY + " bytes, actual=up to " + bound + "; send it in parts",
                    Delivery.NOT_SENT);
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) bound);
        ValueSetEncoder.encode(set, buffer);
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    public static ValueSet read(byte[] cbor) {
        ByteBuffer buffer = ByteBuffer.wrap(cbor);
        ValueSet set = new ValueSetDecoder(new KeyCache(FEW_KEYS), cbor.length).decode(buffer);
        if (buffer.hasRemaining()) {
            throw ByteWindow.malformed(
                    buffer.position(), "limit=0 bytes after the value set, actual=" + buffer.remaining());
        }
        return set;
    }
}
