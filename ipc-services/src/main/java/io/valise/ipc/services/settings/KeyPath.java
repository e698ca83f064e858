package io.valise.ipc.services.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The path of a sub-key from the root of its hive: names with a {@code /} between them; empty for the root. Stateless. */
final class KeyPath {
    static final String ROOT = "";
    static final char SEPARATOR = '/';

    private KeyPath() {}

    /** The path of a key below another one. */
    static String below(String key, String relative) {
        String path = key.isEmpty() ? relative : key + SEPARATOR + relative;
        fault(path).ifPresent(fault -> {
            throw new IllegalArgumentException(
                    "key \"" + path + "\": " + fault + "; shorten it, or keep what is deeper in values");
        });
        return path;
    }

    /** What is wrong with the path of a sub-key; without the path, which may be another user's. */
    static Optional<String> fault(String path) {
        String[] names = path.split("/", -1);
        if (names.length > SettingsKey.MOST_DEPTH) {
            return Optional.of("limit=" + SettingsKey.MOST_DEPTH + " levels, actual=" + names.length);
        }
        return Arrays.stream(names)
                .flatMap(name -> faultOfName(name).stream())
                .map(fault -> "name of " + fault)
                .findFirst();
    }

    /** What is wrong with the name of a key or a value; without the name. */
    static Optional<String> faultOfName(String name) {
        return name.isEmpty() || name.length() > SettingsHive.MOST_NAME_CHARS
                ? Optional.of("limit=1 to " + SettingsHive.MOST_NAME_CHARS + " chars, actual=" + name.length())
                : Optional.empty();
    }

    /** Whether a key is another one, or below it. */
    static boolean isWithin(String key, String top) {
        return top.isEmpty()
                || (key.startsWith(top) && (key.length() == top.length() || key.charAt(top.length()) == SEPARATOR));
    }

    /** The key and all above it but the root, from the top down. */
    static List<String> chain(String key) {
        List<String> chain = new ArrayList<>();
        for (int end = key.indexOf(SEPARATOR); end >= 0; end = key.indexOf(SEPARATOR, end + 1)) {
            chain.add(key.substring(0, end));
        }
        if (!key.isEmpty()) {
            chain.add(key);
        }
        return chain;
    }

    /** The first name of a path relative to a key above it. */
    static String nameBelow(String key, String descendant) {
        int start = key.isEmpty() ? 0 : key.length() + 1;
        int end = descendant.indexOf(SEPARATOR, start);
        return descendant.substring(start, end < 0 ? descendant.length() : end);
    }
}
