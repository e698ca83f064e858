package io.valise.ipc.benchmarks.contender;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.wire.Wire;
import net.openhft.chronicle.wire.WireType;

/** Quotes by Chronicle Wire's binary form, the same memory and the same objects used again. Used by one thread. */
public final class ChronicleWireForm {
    private static final int BYTES = 4_096;

    private final Bytes<?> bytes = Bytes.allocateDirect(BYTES);
    private final Wire wire = WireType.BINARY_LIGHT.apply(bytes);
    private final WireQuote read = new WireQuote();
    private final WireQuote quote = WireQuote.sample();

    /** Writes the quote over what was written before; returns its bytes' number. */
    public int encode() {
        bytes.clear();
        quote.writeMarshallable(wire);
        return (int) bytes.writePosition();
    }

    /** Reads the quote that was written last, into the object that it was read into before. */
    public WireQuote decode() {
        bytes.readPosition(0);
        read.readMarshallable(wire);
        return read;
    }
}
