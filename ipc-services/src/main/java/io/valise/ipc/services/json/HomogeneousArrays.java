package io.valise.ipc.services.json;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The Java array that an untagged JSON array becomes: services use {@code int[]} or {@code String[]} far more often
 * than a List.
 */
final class HomogeneousArrays {
    private HomogeneousArrays() {}

    /** int[], long[], double[], boolean[] or String[] when all items are such; the list itself when not, or empty. */
    static Object of(List<@Nullable Object> items) {
        if (items.isEmpty()) {
            return items;
        } else if (all(items, Integer.class)) {
            return items.stream().mapToInt(Integer.class::cast).toArray();
        } else if (all(items, Integer.class, Long.class)) {
            return items.stream()
                    .mapToLong(item -> ((Number) Objects.requireNonNull(item)).longValue())
                    .toArray();
        } else if (all(items, Double.class)) {
            return items.stream().mapToDouble(Double.class::cast).toArray();
        } else if (all(items, String.class)) {
            return items.toArray(String[]::new);
        }
        return all(items, Boolean.class) ? booleans(items) : items;
    }

    /** Whether {@link #of} would make an array of a list with these items. */
    static boolean apply(List<? extends @Nullable Object> items) {
        return !items.isEmpty()
                && (all(items, Integer.class, Long.class)
                        || all(items, Double.class)
                        || all(items, String.class)
                        || all(items, Boolean.class));
    }

    private static boolean all(List<? extends @Nullable Object> items, Class<?>... types) {
        return items.stream().allMatch(item -> item != null && List.of(types).contains(item.getClass()));
    }

    private static boolean[] booleans(List<@Nullable Object> items) {
        boolean[] array = new boolean[items.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = Boolean.TRUE.equals(items.get(i));
        }
        return array;
    }
}
