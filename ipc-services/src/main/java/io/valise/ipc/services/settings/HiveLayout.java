package io.valise.ipc.services.settings;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What lies where in a hive's file. Numbers are big-endian, checksums are CRC-32C.
 *
 * <pre>
 *  0  8  magic and version, "VALHIVE2"
 *  8  8  generation: another one each time the file is written anew
 * 16  8  committed: where the last record ends, as far as its writer came
 * 24  8  superseded: 1 while the file is being replaced, else 0
 * 32  8  synced: up to where the disk has all records
 * 40  4  checksum of generation and synced; another one means that nothing is known to be synced
 * 44  4  checksum of magic and generation
 * 48     records, one after the other:
 *          4  length of the body
 *          4  checksum of the generation, the record's offset (8 bytes), the length and the body
 *             body: a ValueSet {"n": name, "v": value}; without "v" the name is deleted; with "r" it is unknown here.
 *                   "k" besides is the path of the key that the name is in, else it is in the root.
 *                   {"k": path} creates a key; {"k": path, "t": true} deletes it with all in and below it
 * </pre>
 *
 * The records that count are those from the first to the last one whose checksum is right: no field of the header says how
 * many there are. A disk that loses its power may have written any of the sectors that were not synced, in any order; then
 * the records up to the first one that it has not written are left, and what is synced is among them. A record is right
 * only in the place and the generation in which it was written, so no older content of a sector is taken for one.
 *
 * <p>{@code committed} tells readers that there is more to read, and that records are missing when they end before it.
 *
 * <p>Version 1, "VALHIVE1", had 32 bytes of header without the last three fields, and checksums of the body alone; {@code
 * committed} said how many bytes count. It is read, and the next change writes the file anew in version 2.
 */
final class HiveLayout {
    static final long MAGIC = 0x56414c4849564532L;
    static final long MAGIC_1 = 0x56414c4849564531L;
    static final int COMMITTED_OFFSET = 16;
    static final int SUPERSEDED_OFFSET = 24;
    static final int SYNCED_OFFSET = 32;
    static final int HEADER_BYTES = 48;
    static final int HEADER_BYTES_1 = 32;
    static final int RECORD_HEADER_BYTES = 8;
    /** Path, name, value and what CBOR needs besides; no body is longer. */
    static final int MOST_BODY_BYTES = 40 * 1024;

    private HiveLayout() {}

    /**
     * The first bytes of a file.
     *
     * @param version 1 or 2
     * @param generation see above
     * @param committed see above
     * @param superseded see above
     * @param synced see above; 0 when nothing is known to be synced
     */
    record Header(int version, long generation, long committed, boolean superseded, long synced) {
        /** Reads the header of a file. */
        static Header read(RandomAccessFile file) throws IOException {
            byte[] bytes = new byte[HEADER_BYTES];
            file.seek(0);
            int filled = 0;
            for (int more = 0; more >= 0 && filled < bytes.length; filled += Math.max(0, more)) {
                more = file.read(bytes, filled, bytes.length - filled);
            }
            return parse(filled == bytes.length ? bytes : Arrays.copyOf(bytes, filled));
        }

        /** Parses a header; the bytes are as many as the file has, up to {@link #HEADER_BYTES}. */
        static Header parse(byte[] bytes) {
            if (bytes.length < HEADER_BYTES_1) {
                throw new IllegalStateException(
                        "truncated: expected=at least " + HEADER_BYTES_1 + " bytes, actual=" + bytes.length);
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            long magic = buffer.getLong();
            long generation = buffer.getLong();
            long committed = buffer.getLong();
            boolean superseded = buffer.getLong() != 0;
            if (magic == MAGIC_1) {
                return new Header(1, generation, committed, superseded, 0);
            } else if (magic != MAGIC) {
                throw new IllegalStateException("it is no settings file of this version");
            } else if (bytes.length < HEADER_BYTES) {
                throw new IllegalStateException(
                        "truncated: expected=at least " + HEADER_BYTES + " bytes, actual=" + bytes.length);
            }
            long synced = buffer.getLong();
            boolean known = buffer.getInt() == sum(generation, synced);
            if (buffer.getInt() != sum(magic, generation)) {
                throw new IllegalStateException("damaged: the header's checksum is wrong");
            }
            return new Header(2, generation, committed, superseded, known ? synced : 0);
        }

        /** The header of a file of the present version that is on the disk as a whole. */
        static byte[] ofSynced(long generation, long length) {
            return ByteBuffer.allocate(HEADER_BYTES)
                    .putLong(MAGIC)
                    .putLong(generation)
                    .putLong(length)
                    .putLong(0)
                    .put(synced(generation, length))
                    .putInt(sum(MAGIC, generation))
                    .array();
        }

        /** What lies at {@link #SYNCED_OFFSET}. */
        static byte[] synced(long generation, long end) {
            return ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                    .putLong(end)
                    .putInt(sum(generation, end))
                    .array();
        }

        /** Where the first record begins. */
        int length() {
            return version == 1 ? HEADER_BYTES_1 : HEADER_BYTES;
        }
    }

    /** A record as it is written at an offset. */
    static byte[] record(byte[] body, long generation, long at) {
        return ByteBuffer.allocate(RECORD_HEADER_BYTES + body.length)
                .putInt(body.length)
                .putInt(sum(generation, at, body))
                .put(body)
                .array();
    }

    /**
     * Takes the body of the next record off what was read.
     *
     * @param at the offset of the record in the file
     * @return null, and nothing is taken off, when no whole record of that place is there
     */
    static byte @Nullable [] next(ByteBuffer records, Header header, long at) {
        int start = records.position();
        int length = records.remaining() < RECORD_HEADER_BYTES ? -1 : records.getInt();
        if (length >= 0 && length <= MOST_BODY_BYTES && length <= records.remaining() - Integer.BYTES) {
            int sum = records.getInt();
            byte[] body = new byte[length];
            records.get(body);
            if (sum == (header.version() == 1 ? sum(body) : sum(header.generation(), at, body))) {
                return body;
            }
        }
        records.position(start);
        return null;
    }

    private static int sum(long first, long second) {
        return sum(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(first)
                .putLong(second)
                .array());
    }

    private static int sum(long generation, long at, byte[] body) {
        return sum(ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES + body.length)
                .putLong(generation)
                .putLong(at)
                .putInt(body.length)
                .put(body)
                .array());
    }

    private static int sum(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, bytes.length);
        return (int) sum.getValue();
    }
}
