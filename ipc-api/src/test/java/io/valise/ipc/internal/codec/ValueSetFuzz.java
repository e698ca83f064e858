package io.valise.ipc.internal.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import org.jspecify.annotations.Nullable;

/** Any bytes, read as a ValueSet: they are refused as malformed, or what was read survives being written and read. */
class ValueSetFuzz {
    @FuzzTest
    void valueSet(byte @Nullable [] input) {
        read(input == null ? new byte[0] : input);
    }

    /** Plays one input. */
    static void read(byte[] input) {
        ValueSet read;
        try {
            read = ValueSet.fromCbor(input);
        } catch (IpcException refused) {
            if (refused.status() != IpcStatus.PROTOCOL_ERROR) {
                throw refused;
            }
            return;
        }
        ValueSet again = ValueSet.fromCbor(read.toCbor());
        if (!again.equals(read)
                || again.hashCode() != read.hashCode()
                || !again.toString().equals(read.toString())) {
            throw new AssertionError("changed on the way: " + read + ", then " + again);
        }
    }
}
