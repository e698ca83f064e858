package io.valise.ipc.benchmarks.contender;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;

/** Maps by MessagePack, written and read value by value, with one packer used again. Used by one thread. */
public final class MessagePackForm {
    private final MessageBufferPacker packer = MessagePack.newDefaultBufferPacker();
    private byte[] bytes = {};

    /** Writes a map; returns its bytes' number. */
    public int encode(Map<String, Object> map) throws IOException {
        packer.clear();
        packer.packMapHeader(map.size());
        for (Map.Entry<String, Object> entry : map.entrySet()) {
            packer.packString(entry.getKey());
            pack(entry.getValue());
        }
        bytes = packer.toByteArray();
        return bytes.length;
    }

    private void pack(Object value) throws IOException {
        if (value instanceof String text) {
            packer.packString(text);
        } else if (value instanceof Double number) {
            packer.packDouble(number);
        } else if (value instanceof Integer number) {
            packer.packInt(number);
        } else if (value instanceof Long number) {
            packer.packLong(number);
        } else if (value instanceof Boolean truth) {
            packer.packBoolean(truth);
        } else {
            throw new IllegalArgumentException("no form for " + value.getClass().getName());
        }
    }

    /** Reads the map that was written last. */
    public Map<String, Object> decode() throws IOException {
        try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(bytes)) {
            int size = unpacker.unpackMapHeader();
            Map<String, Object> map = new LinkedHashMap<>(2 * size);
            for (int i = 0; i < size; i++) {
                map.put(unpacker.unpackString(), unpack(unpacker));
            }
            return map;
        }
    }

    private static Object unpack(MessageUnpacker unpacker) throws IOException {
        return switch (unpacker.getNextFormat().getValueType()) {
            case STRING -> unpacker.unpackString();
            case FLOAT -> unpacker.unpackDouble();
            case INTEGER -> unpacker.unpackLong();
            case BOOLEAN -> unpacker.unpackBoolean();
            default -> throw new IOException("no counterpart of " + unpacker.getNextFormat());
        };
    }
}
