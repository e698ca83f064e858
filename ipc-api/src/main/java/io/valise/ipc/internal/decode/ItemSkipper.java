package io.valise.ipc.internal.decode;

import io.valise.ipc.internal.value.NestingDepth;

/** Reads over well-formed items that mean nothing to us. Not thread-safe. */
final class ItemSkipper {
    private final ByteWindow window;
    private final StringReader strings;

    ItemSkipper(ByteWindow window, StringReader strings) {
        this.window = window;
        this.strings = strings;
    }

    void skip() {
        skip(window.head(), 1);
    }

    /** Skips an item whose head was read. */
    void skip(int first) {
        skip(first, 1);
    }

    private void skip(int first, int depth) {
        int head = first;
        while (head >>> 5 == 6) {
            window.argument(head);
            head = window.head();
        }
        switch (head >>> 5) {
            case 2 -> skipBytes(head);
            case 3 -> strings.text(head);
            case 4 -> skipElements(head, 1, depth);
            case 5 -> skipElements(head, 2, depth);
            default -> window.argument(head);
        }
    }

    private void skipBytes(int head) {
        if (head == 0x5f) {
            strings.bytes(head);
        } else {
            window.skip(window.length(head, 1));
        }
    }

    private void skipElements(int head, int itemsEach, int depth) {
        if (depth > NestingDepth.LIMIT) {
            throw window.malformed("nested maps and arrays: limit=" + NestingDepth.LIMIT + " levels, actual=more");
        }
        boolean indefinite = (head & 31) == 31;
        int left = indefinite ? Integer.MAX_VALUE : window.length(head, itemsEach);
        for (; left > 0 && !(indefinite && window.atBreak()); left--) {
            for (int i = 0; i < itemsEach; i++) {
                skip(window.head(), depth + 1);
            }
        }
    }
}
