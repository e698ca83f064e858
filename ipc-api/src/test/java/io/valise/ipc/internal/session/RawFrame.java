package io.valise.ipc.internal.session;

import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.frame.Frames;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A frame as bytes, written and read by code of the tests in the layout of {@link Frames}, so that the session's code is not tested by itself.
 */
@SuppressWarnings("ArrayRecordComponent") // frames are never compared
record RawFrame(int kind, int flags, int status, long id, byte[] body) {
    static final int OPTIONAL = 0x80;
    static final int FIRST = 1;
    static final int LAST = 2;

    static RawFrame of(int kind, int flags, long id, byte[]... parts) {
        return new RawFrame(kind, flags, 0, id, join(parts));
    }

    static RawFrame hello(int lowest, int highest) {
        return of(1, 0, 1, u32(0x564c5345), u16(lowest), u16(highest), about());
    }

    static RawFrame welcome(long id) {
        return welcome(id, 1);
    }

    static RawFrame welcome(long id, int version) {
        return of(2, 0, id, u16(version), about());
    }

    private static byte[] about() {
        return ValueSet.of("pid", 4711L, "application", "scripted", "maxMessageBytes", 1 << 20)
                .toCbor();
    }

    static RawFrame request(long id, String service, ValueSet message) {
        return of(3, 0, id, name(service), message.toCbor());
    }

    static RawFrame request(long id, long remainingNanos, String service, ValueSet message) {
        return of(3, 2, id, i64(remainingNanos), name(service), message.toCbor());
    }

    static RawFrame response(long id, ValueSet message) {
        return of(4, 0, id, message.toCbor());
    }

    static RawFrame error(long id, int flags, IpcStatus status, String text) {
        return new RawFrame(5, flags, status.number(), id, text.getBytes(StandardCharsets.UTF_8));
    }

    static RawFrame event(String name, ValueSet message) {
        return of(6, 0, 0, name(name), message.toCbor());
    }

    static RawFrame streamOpen(long id, long credit, String service, ValueSet message) {
        return of(7, 0, id, i64(credit), name(service), message.toCbor());
    }

    static RawFrame streamItem(long id, ValueSet item) {
        return of(8, 0, id, item.toCbor());
    }

    static RawFrame streamEnd(long id) {
        return of(9, 0, id);
    }

    static RawFrame credit(long id, long more) {
        return of(10, 0, id, i64(more));
    }

    static RawFrame cancel(long id) {
        return new RawFrame(11, 0, IpcStatus.CANCELLED.number(), id, new byte[0]);
    }

    static RawFrame goAway(int flags, IpcStatus status, String text) {
        return goAway(flags, status, 0, text);
    }

    static RawFrame goAway(int flags, IpcStatus status, long taken, String text) {
        return new RawFrame(12, flags, status.number(), taken, text.getBytes(StandardCharsets.UTF_8));
    }

    static RawFrame fragment(int flags, byte[]... parts) {
        return of(13, flags, 0, parts);
    }

    byte[] bytes() {
        return ByteBuffer.allocate(12 + body.length)
                .put((byte) kind)
                .put((byte) flags)
                .putShort((short) status)
                .putLong(id)
                .put(body)
                .array();
    }

    static RawFrame parse(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new RawFrame(
                in.get(),
                in.get() & 0xff,
                in.getShort() & 0xffff,
                in.getLong(),
                Arrays.copyOfRange(bytes, 12, bytes.length));
    }

    IpcStatus ipcStatus() {
        return IpcStatus.ofNumber(status);
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    ValueSet message() {
        return ValueSet.fromCbor(body);
    }

    /** The first bytes of the body as a number. */
    long number() {
        return ByteBuffer.wrap(body).getLong();
    }

    static byte[] name(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        return join(new byte[] {(byte) utf8.length}, utf8);
    }

    static byte[] u16(int number) {
        return ByteBuffer.allocate(2).putShort((short) number).array();
    }

    static byte[] u32(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    static byte[] i64(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Override
    public String toString() {
        return "frame of kind " + kind + ", flags " + flags + ", status " + ipcStatus() + ", id " + id + ", "
                + (kind == Frames.ERROR || kind == Frames.GOAWAY ? text() : body.length + " bytes");
    }
}
