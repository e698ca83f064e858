package io.valise.ipc.nats.connect;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** The names that a process serves, as they are told: lines of ASCII. Stateless. */
final class NameList {
    private static final int MOST = 60; // of 65 bytes each: fits into the shortest message that a broker must take

    private NameList() {}

    /** As many messages as it takes. */
    static List<byte[]> of(Collection<NatsListener> listeners) {
        List<String> names = listeners.stream()
                .map(listener -> listener.endpoint().name())
                .distinct()
                .toList();
        List<byte[]> messages = new ArrayList<>();
        for (int from = 0; from < names.size(); from += MOST) {
            List<String> some = names.subList(from, Math.min(names.size(), from + MOST));
            messages.add(String.join("\n", some).getBytes(StandardCharsets.US_ASCII));
        }
        return messages;
    }

    static List<String> parse(byte[] data) {
        return Arrays.asList(new String(data, StandardCharsets.US_ASCII).split("\n"));
    }
}
