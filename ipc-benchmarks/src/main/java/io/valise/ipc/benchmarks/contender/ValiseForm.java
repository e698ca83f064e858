package io.valise.ipc.benchmarks.contender;

import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.decode.KeyCache;
import io.valise.ipc.internal.decode.ValueSetDecoder;
import io.valise.ipc.internal.encode.ValueSetEncoder;
import java.nio.ByteBuffer;

/**
 * Value sets written into and read out of a buffer, as the session engine does with a transport's. The only class
 * outside the API's module that uses its codec directly: {@code ValueSet.toCbor()} allocates what it returns, the
 * engine allocates nothing. Used by one thread.
 */
public final class ValiseForm {
    private final ByteBuffer buffer;
    private final ValueSetDecoder decoder = new ValueSetDecoder(new KeyCache());

    /** A form over a direct buffer. */
    public ValiseForm(int bytes) {
        buffer = ByteBuffer.allocateDirect(bytes);
    }

    /** Writes a set over what was written before; returns its bytes' number. */
    public int encode(ValueSet set) {
        buffer.clear();
        ValueSetEncoder.encode(set, buffer);
        return buffer.flip().limit();
    }

    /** Reads the set that was written last. */
    public ValueSet decode() {
        return decoder.decode(buffer.position(0));
    }
}
