package io.valise.ipc.internal.cbor;

/** The major types of CBOR (RFC 8949 section 3.1), as they stand in the first byte of an item. */
public final class MajorTypes {
    public static final int UNSIGNED = 0x00;
    public static final int NEGATIVE = 0x20;
    public static final int BYTES = 0x40;
    public static final int TEXT = 0x60;
    public static final int ARRAY = 0x80;
    public static final int MAP = 0xa0;
    public static final int TAG = 0xc0;

    private MajorTypes() {}
}
