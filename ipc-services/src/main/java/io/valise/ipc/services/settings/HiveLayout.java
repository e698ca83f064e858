package io.valise.ipc.services.settings;

import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Where what lies in a hive's file. Numbers are big-endian.
 *
 * <pre>
 *  0  8  magic and version, "VALHIVE1"
 *  8  8  generation: another one after each compaction
 * 16  8  committed: how many bytes of the file count; what lies behind them was never finished
 * 24  8  superseded: 1 while the file is being replaced, else 0
 * 32     records, one after the other:
 *          4  length of the body
 *          4  CRC-32C of the body
 *             body: a ValueSet {"n": name, "v": value}; without "v" the name is deleted; with "r" it is unknown here
 * </pre>
 *
 * A record is written behind the committed bytes first, and counts once {@code committed} has been written. So a writer
 * that is killed leaves the file as it was.
 */
final class HiveLayout {
    static final long MAGIC = 0x56414c4849564531L;
    static final int COMMITTED_OFFSET = 16;
    static final int SUPERSEDED_OFFSET = 24;
    static final int HEADER_BYTES = 32;
    static final int RECORD_HEADER_BYTES = 8;
    /** Name, value and what CBOR needs besides; no body is longer. */
    static final int MOST_BODY_BYTES = 16 * 1024;

    private HiveLayout() {}

    /**
     * The first bytes of a file.
     *
     * @param generation see above
     * @param committed see above
     * @param superseded see above
     */
    record Header(long generation, long committed, boolean superseded) {
        static Header parse(byte[] bytes) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            if (buffer.getLong() != MAGIC) {
                throw new IllegalStateException("it is no settings file of this version");
            }
            Header header = new Header(buffer.getLong(), buffer.getLong(), buffer.getLong() != 0);
            if (header.committed < HEADER_BYTES) {
                throw new IllegalStateException("damaged: committed=" + header.committed);
            }
            return header;
        }

        byte[] toBytes() {
            return ByteBuffer.allocate(HEADER_BYTES)
                    .putLong(MAGIC)
                    .putLong(generation)
                    .putLong(committed)
                    .putLong(superseded ? 1 : 0)
                    .array();
        }
    }

    /** A record as it is written. */
    static byte[] record(ValueSet change) {
        byte[] body = change.toCbor();
        return ByteBuffer.allocate(RECORD_HEADER_BYTES + body.length)
                .putInt(body.length)
                .putInt(sum(body))
                .put(body)
                .array();
    }

    /** Takes the next record off what was read. */
    static ValueSet next(ByteBuffer records) {
        int length = records.remaining() < RECORD_HEADER_BYTES ? -1 : records.getInt();
        if (length < 0 || length > MOST_BODY_BYTES || length > records.remaining() - 4) {
            throw new IllegalStateException("damaged: length of a record=" + length);
        }
        int sum = records.getInt();
        byte[] body = new byte[length];
        records.get(body);
        if (sum(body) != sum) {
            throw new IllegalStateException("damaged: a record's checksum is wrong");
        }
        ValueSet change = ValueSet.fromCbor(body);
        name(change);
        return change;
    }

    /** The name that a change is of. */
    static String name(ValueSet change) {
        if (!change.contains(HiveFile.NAME) || change.type(HiveFile.NAME) != ValueType.STRING) {
            throw new IllegalStateException("damaged: a record has no name");
        }
        return change.getString(HiveFile.NAME);
    }

    private static int sum(byte[] body) {
        CRC32C sum = new CRC32C();
        sum.update(body, 0, body.length);
        return (int) sum.getValue();
    }
}
