package io.valise.ipc.pipes.child;

import java.nio.ByteBuffer;

/** A bounded queue of bytes. Not thread-safe: its owner locks. */
final class ByteRing {
    private final byte[] bytes;
    private int head;
    private int size;

    ByteRing(int capacity) {
        bytes = new byte[capacity];
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean isFull() {
        return size == bytes.length;
    }

    void clear() {
        size = 0;
    }

    /** Takes as many bytes as fit; returns how many those were. */
    int put(ByteBuffer from) {
        int total = Math.min(from.remaining(), bytes.length - size);
        for (int left = total; left > 0; ) {
            int tail = (head + size) % bytes.length;
            int part = Math.min(left, bytes.length - tail);
            from.get(bytes, tail, part);
            size += part;
            left -= part;
        }
        return total;
    }

    /** Gives as many bytes as there are and fit; returns how many those were. */
    int take(ByteBuffer into) {
        int total = Math.min(into.remaining(), size);
        for (int left = total; left > 0; ) {
            int part = Math.min(left, bytes.length - head);
            into.put(bytes, head, part);
            head = (head + part) % bytes.length;
            size -= part;
            left -= part;
        }
        return total;
    }
}
