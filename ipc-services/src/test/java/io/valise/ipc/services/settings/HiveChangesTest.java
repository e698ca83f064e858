package io.valise.ipc.services.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.rule.InFullRun;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(HangWatchdog.class)
class HiveChangesTest {
    private static final int BYTES = 10;
    /** Keys that begin alike, with chars that are sorted before and behind the separator. */
    private static final String[] KEYS = {"a", "a.b", "a/b", "a/b/c", "a/b.c", "a0", "ab", "b", "a\0", "a/\uffff"};

    private final HiveChanges changes = new HiveChanges();

    private static ValueSet tree(String key) {
        return ValueSet.of(HiveFile.KEY, key, HiveFile.TREE, true, HiveFile.UNKNOWN, true);
    }

    private static ValueSet value(String key, int name) {
        return ValueSet.of(HiveFile.KEY, key, HiveFile.NAME, "n" + name, HiveFile.VALUE, 1);
    }

    @Test
    void aDeletedTreeTakesAwayTheKeyAndWhatIsBelowItAndNothingElse() {
        SplittableRandom random = new SplittableRandom(20261129);
        Map<String, HivePlace> left = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            String key = KEYS[random.nextInt(KEYS.length)];
            if (random.nextInt(8) > 0) {
                ValueSet change = value(key, random.nextInt(4));
                changes.add(change, BYTES);
                left.put(change.toString(), HivePlace.of(change));
            } else {
                long before = changes.liveBytes();
                long growth = changes.growth(tree(key), BYTES);
                changes.add(tree(key), BYTES);
                left.values().removeIf(place -> place.isWithin(key));
                assertThat(changes.liveBytes()).isEqualTo(before + growth);
            }
            assertThat(changes.liveBytes()).isEqualTo((long) left.size() * BYTES);
            assertThat(changes.snapshot()).containsOnlyKeys(left.values().toArray(HivePlace[]::new));
        }
    }

    /** With a look at each live place at each of them, this would take longer than the watchdog waits. */
    @Test
    @InFullRun("takes long")
    void manyDeletedTreesInALargeHiveAreRead() {
        int many = 100_000;
        for (int i = 0; i < many; i++) {
            changes.add(value("a", i), BYTES);
        }
        for (int i = 0; i < many; i++) {
            changes.add(tree("b"), BYTES);
        }
        assertThat(changes.liveBytes()).isEqualTo((long) many * BYTES);
        changes.add(tree("a"), BYTES);
        assertThat(changes.liveBytes()).isZero();
        assertThat(changes.snapshot()).isEmpty();
    }
}
