package io.valise.ipc.nats.connect;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The names that a process serves, as they are told: lines of ASCII. Stateless. */
final class NameList {
    private static final int MOST = 40; // of 98 bytes each: fits into the shortest message that a broker must take

    private NameList() {}

    /** As many messages as it takes; an empty one where there is no name, so that no one waits for it. */
    static List<byte[]> of(Collection<NatsListener> listeners) {
        List<String> lines = listeners.stream()
                .map(listener -> listener.served().line())
                .distinct()
                .toList();
        List<byte[]> messages = new ArrayList<>();
        int from = 0;
        do {
            List<String> some = lines.subList(from, Math.min(lines.size(), from + MOST));
            messages.add(String.join("\n", some).getBytes(StandardCharsets.US_ASCII));
            from += MOST;
        } while (from < lines.size());
        return messages;
    }

    static Stream<Served> parse(byte[] data) {
        return new String(data, StandardCharsets.US_ASCII)
                .lines()
                .map(Served::parse)
                .flatMap(Optional::stream);
    }
}
