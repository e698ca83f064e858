package io.valise.ipc.sharedmem.os;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The native functions that {@link UserAccess} needs; to initialise this class loads JNA. For 64-bit processes of Linux.
 * Stateless.
 */
final class NativeAcl {
    private static final String ATTRIBUTE = "system.posix_acl_access";
    private static final int VERSION = 2;
    private static final short READ_AND_WRITE = 6;
    private static final short NOTHING = 0;
    private static final int NO_ID = -1;
    private static final int ENTRY_BYTES = 8;

    private static final int PASSWD_BYTES = 256; // more than any struct passwd
    private static final int UID_OFFSET = 2 * Long.BYTES; // behind two pointers
    private static final int TEXT_BYTES = 1 << 20;

    static {
        Native.register(NativeAcl.class, NativeLibrary.getProcess());
    }

    private NativeAcl() {}

    /** The tags of entries, in the order that the kernel wants. */
    private enum Tag {
        OWNER(0x01),
        USER(0x02),
        GROUP(0x04),
        MASK(0x10),
        OTHERS(0x20);

        private final short number;

        Tag(int number) {
            this.number = (short) number;
        }
    }

    /** Owner and user may read and write, no one else. */
    static void grant(String file, String user) {
        ByteBuffer list = ByteBuffer.allocate(Integer.BYTES + Tag.values().length * ENTRY_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(VERSION);
        for (Tag tag : Tag.values()) {
            boolean granted = tag == Tag.OWNER || tag == Tag.USER || tag == Tag.MASK;
            list.putShort(tag.number)
                    .putShort(granted ? READ_AND_WRITE : NOTHING)
                    .putInt(tag == Tag.USER ? uid(user) : NO_ID);
        }
        setxattr(file, ATTRIBUTE, list.array(), list.capacity(), 0);
    }

    /** The number of a user; a user whom the system has no name for is called by the number. */
    private static int uid(String user) {
        try (Memory found = new Memory(PASSWD_BYTES);
                Memory text = new Memory(TEXT_BYTES);
                Memory result = new Memory(Long.BYTES)) {
            result.setPointer(0, Pointer.NULL);
            int failure = getpwnam_r(user, found, text, TEXT_BYTES, result);
            if (failure != 0) {
                throw new LastErrorException(failure);
            }
            return result.getPointer(0) == null ? Integer.parseUnsignedInt(user) : found.getInt(UID_OFFSET);
        }
    }

    private static native int setxattr(String path, String name, byte[] value, long size, int flags)
            throws LastErrorException;

    @SuppressWarnings("MethodName") // the function's own name
    private static native int getpwnam_r(String name, Pointer found, Pointer text, long size, Pointer result);
}
