package io.valise.ipc.internal.frame;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;

/**
 * The layout of a frame. All numbers are big-endian.
 *
 * <pre>
 *  0        1        2                 4                                   12
 *  +--------+--------+--------+--------+-----------------------------------+----------------
 *  |  kind  | flags  |     status      |          correlation id           | body, by kind
 *  +--------+--------+--------+--------+-----------------------------------+----------------
 *
 *  HELLO        magic u32, lowest version u16, highest version u16, ValueSet
 *  WELCOME      version u16, ValueSet
 *  REQUEST      remaining nanoseconds i64 (flag DEADLINE), name, metadata ValueSet (flag METADATA), ValueSet
 *  STREAM_OPEN  first credit u64, name, metadata ValueSet (flag METADATA), ValueSet
 *  RESPONSE     ValueSet
 *  ERROR        text
 *  EVENT        name, ValueSet
 *  STREAM_ITEM  ValueSet
 *  STREAM_END   nothing
 *  CREDIT       how many more u64
 *  CANCEL       nothing; the status says why
 *  GOAWAY       text; the status says why; flag DRAIN: what is under way is still answered. From version 2 on the
 *               id is how many calls (REQUEST, STREAM_OPEN) of the receiver the sender has taken or may take
 *  FRAGMENT     a part of a longer frame; flag FIRST: total length u32 before it; flag LAST ends it
 *  CHALLENGE    ValueSet; between HELLO and WELCOME, if HELLO has an identity
 *  PROOF        ValueSet; the answer to it
 *  REPLY_METADATA  ValueSet; before the RESPONSE with that id; always with flag OPTIONAL
 *
 *  name = length u8, UTF-8;  text = UTF-8 up to the end of the frame
 * </pre>
 *
 * A kind that is not known is skipped if its flag OPTIONAL is set, else it is a protocol error.
 */
public final class Frames {
    public static final int HEADER_BYTES = 12;
    static final int FLAGS_OFFSET = 1;
    static final int STATUS_OFFSET = 2;
    static final int ID_OFFSET = 4;

    public static final byte HELLO = 1;
    public static final byte WELCOME = 2;
    public static final byte REQUEST = 3;
    public static final byte RESPONSE = 4;
    public static final byte ERROR = 5;
    public static final byte EVENT = 6;
    public static final byte STREAM_OPEN = 7;
    public static final byte STREAM_ITEM = 8;
    public static final byte STREAM_END = 9;
    public static final byte CREDIT = 10;
    public static final byte CANCEL = 11;
    public static final byte GOAWAY = 12;
    public static final byte FRAGMENT = 13;
    public static final byte CHALLENGE = 14;
    public static final byte PROOF = 15;
    /** Always with {@link #FLAG_OPTIONAL}, since older peers do not know it. */
    public static final byte REPLY_METADATA = 16;

    public static final int FLAG_METADATA = 1;
    public static final int FLAG_DEADLINE = 2;
    /** Of an ERROR: no handler saw the request. */
    public static final int FLAG_REJECTED = 4;
    /** Of a GOAWAY: no new requests, but what is under way is answered. */
    public static final int FLAG_DRAIN = 4;
    /** Of a FRAGMENT. */
    public static final int FLAG_FIRST = 1;
    /** Of a FRAGMENT. */
    public static final int FLAG_LAST = 2;
    /** Of any kind: skip the frame if the kind is not known. */
    public static final int FLAG_OPTIONAL = 0x80;

    /** "VLSE". */
    public static final int MAGIC = 0x564c5345;

    /** The highest version that this code supports. */
    public static final int VERSION = 2;

    /** The lowest version that this code supports. */
    public static final int LOWEST_VERSION = 1;

    /** The first version in which a GOAWAY says how many calls were taken. */
    public static final int VERSION_OF_GOAWAY_COUNTS = 2;

    static final int MAX_NAME_BYTES = 255;
    /** Longer texts are cut. */
    public static final int MAX_TEXT_BYTES = 2000;

    private Frames() {}

    /** The version that is spoken with a client that speaks these; 0 when there is none in common. */
    public static int versionFor(int lowest, int highest) {
        int version = Math.min(highest, VERSION);
        return version >= Math.max(lowest, LOWEST_VERSION) ? version : 0;
    }

    /** The failure of a frame that is not laid out like this, or comes at the wrong moment: {@code PROTOCOL_ERROR}. */
    public static IpcException malformed(String message) {
        return new IpcException(IpcStatus.PROTOCOL_ERROR, message);
    }
}
