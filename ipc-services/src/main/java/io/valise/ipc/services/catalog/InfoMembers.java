package io.valise.ipc.services.catalog;

import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The members of an answer of {@code valise.info}, which a server in another language may have written. Immutable.
 *
 * @param readable the answer without explicit nulls and without known members of a wrong type; the others have the type
 *     that they are read by
 * @param faults what is wrong with the members that were left out; empty when nothing is
 */
record InfoMembers(ValueSet readable, String faults) {
    private static final Map<String, BiFunction<ValueSet, String, Object>> KNOWN = known();
    private static final Set<String> OF_THE_CATALOG = Set.of("endpoint", "transport", "state", "answers", "problem");

    static InfoMembers of(ValueSet answer) {
        ValueSet.Builder readable = ValueSet.builder();
        StringBuilder faults = new StringBuilder();
        for (String key : answer.keys()) {
            try {
                answer.find(key).ifPresent(value -> readable.put(key, read(answer, key, value)));
            } catch (IpcException e) {
                faults.append(faults.isEmpty() ? "valise.info: " : "; ").append(e.reason());
            }
        }
        return new InfoMembers(readable.build(), faults.toString());
    }

    private static Object read(ValueSet answer, String key, Object value) {
        BiFunction<ValueSet, String, Object> known = KNOWN.get(key);
        return known == null ? value : known.apply(answer, key);
    }

    /** A member that is a whole number, else 0. */
    static long wholeNumber(ValueSet info, String name) {
        try {
            return info.getLong(name, 0);
        } catch (IpcException notWhole) {
            return 0; // another member of the server, not a counter
        }
    }

    /**
     * Adds the members that are not nested: JSON of many servers is nested itself, to a depth that is limited. A member
     * that has the name of one of the catalog's own does not replace it.
     */
    static void flat(ValueSet info, ValueSet.Builder set) {
        for (String key : info.keys()) {
            Object value = Objects.requireNonNull(info.get(key));
            if (!OF_THE_CATALOG.contains(key) && !isNested(value)) {
                set.put(key, value);
            }
        }
    }

    private static boolean isNested(@Nullable Object value) {
        return value instanceof ValueSet
                || (value instanceof List<?> list && list.stream().anyMatch(InfoMembers::isContainer));
    }

    private static boolean isContainer(@Nullable Object value) {
        return value instanceof ValueSet || value instanceof List<?>;
    }

    private static Map<String, BiFunction<ValueSet, String, Object>> known() {
        Map<String, BiFunction<ValueSet, String, Object>> known = new LinkedHashMap<>();
        known.put("application", ValueSet::getString);
        known.put("javaVersion", ValueSet::getString);
        known.put("host", ValueSet::getString);
        known.put("serverId", ValueSet::getString);
        known.put("uptime", ValueSet::getDuration);
        known.put("endpoints", ValueSet::getStrings);
        known.put("services", ValueSet::getStrings);
        known.put("measuredServices", ValueSet::getStrings);
        known.put("measuredRequests", ValueSet::getLongs);
        known.put("latencyP50", ValueSet::getLongs);
        known.put("latencyP99", ValueSet::getLongs);
        known.put("ringOccupancy", ValueSet::getDouble);
        for (String number : List.of(
                "pid",
                "protocolVersion",
                "maxMessageBytes",
                "connections",
                "requestsServed",
                "builtInRequestsServed",
                "requestsRefused",
                "eventsReceived",
                "eventsSent",
                "bytesReceived",
                "bytesSent",
                "bytesUnhandled",
                "bytesUnsent")) {
            known.put(number, ValueSet::getLong);
        }
        return known;
    }
}
