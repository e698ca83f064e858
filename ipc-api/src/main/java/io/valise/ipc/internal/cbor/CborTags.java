package io.valise.ipc.internal.cbor;

/**
 * The tag numbers of docs/protocol-valueset.md. RFC 8949 section 3.4 (0 to 5), RFC 9562 via the IANA registry (37), RFC
 * 8746 (41, 64 to 87) and RFC 9581 (1001, 1002) define most. {@link #TYPED} + a {@link io.valise.ipc.ValueType} number
 * tells the type of what plain CBOR has no type for; a reader that ignores that tag still reads the plain value below it.
 */
public final class CborTags {
    public static final int DATE_TEXT = 0;
    public static final int EPOCH = 1;
    public static final int POSITIVE_BIG = 2;
    public static final int NEGATIVE_BIG = 3;
    public static final int DECIMAL = 4;
    public static final int UUID = 37;
    public static final int HOMOGENEOUS = 41;
    public static final int TIME = 1001;
    public static final int DURATION = 1002;

    /** RFC 8746: the first and last tag of typed arrays; the low five bits are fsell (float, signed, little endian, size). */
    public static final int FIRST_ARRAY = 64;

    public static final int LAST_ARRAY = 87;
    public static final int UINT16_BE = 65;
    public static final int UINT32_BE = 66;
    public static final int UINT64_BE = 67;
    public static final int INT16_LE = 77;
    public static final int INT32_LE = 78;
    public static final int INT64_LE = 79;
    public static final int UINT16_LE = 69;
    public static final int FLOAT32_LE = 85;
    public static final int FLOAT64_LE = 86;

    /** "VS" in ASCII and two bytes for a ValueType number. */
    public static final int TYPED = 0x5653_0000;

    public static final int UINT8 = 1;
    public static final int UINT16 = 3;
    public static final int UINT32 = 5;
    public static final int UINT64 = 7;
    public static final int CHAR16 = 10;
    public static final int POINT = 17;
    public static final int SIZE = 18;
    public static final int RECT = 19;
    public static final int CHAR16_ARRAY = 0x40a;
    public static final int BOOLEAN_ARRAY = 0x40b;
    public static final int STRING_ARRAY = 0x40c;
    public static final int DATE_TIME_ARRAY = 0x40e;
    public static final int TIME_SPAN_ARRAY = 0x40f;
    public static final int GUID_ARRAY = 0x410;
    public static final int POINT_ARRAY = 0x411;
    public static final int SIZE_ARRAY = 0x412;
    public static final int RECT_ARRAY = 0x413;
    public static final int BIG_INTEGER_ARRAY = 0x481;
    public static final int BIG_DECIMAL_ARRAY = 0x482;

    private CborTags() {}
}
