package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of keys, names and constants that only one end knows, and types that are refused. */
@SuppressWarnings("ArrayRecordComponent") // arrays are what is tested
class TypedVersionsTest {
    enum Strict {
        RED,
        @WireName("green")
        GREEN
    }

    enum Lenient {
        RED,
        @WireDefault
        OTHER
    }

    record Colours(Strict strict, List<Strict> all, Lenient lenient, List<Lenient> some) {}

    record Everything(
            int number,
            boolean flag,
            char letter,
            @Nullable String text,
            @Nullable Integer boxed,
            @Nullable Strict colour,
            @Nullable Colours record,
            Optional<String> optional,
            OptionalInt optionalInt,
            @Nullable List<String> list,
            @Nullable Set<String> set,
            @Nullable Map<String, String> map,
            int @Nullable [] ints,
            Colours @Nullable [] records) {}

    /** Zero, empty and null, and these collections. */
    private static Everything nothingBut(
            @Nullable List<String> list,
            @Nullable Set<String> set,
            @Nullable Map<String, String> map,
            int @Nullable [] ints,
            Colours @Nullable [] records) {
        return new Everything(
                0,
                false,
                '\0',
                null,
                null,
                null,
                null,
                Optional.empty(),
                OptionalInt.empty(),
                list,
                set,
                map,
                ints,
                records);
    }

    @Test
    void whatIsMissingHasItsDefaultAndWhatIsUnknownIsIgnored() {
        Everything defaults = ValueSet.of("newer", 1).to(Everything.class);
        assertThat(defaults)
                .usingRecursiveComparison()
                .isEqualTo(nothingBut(List.of(), Set.of(), Map.of(), new int[0], new Colours[0]));
    }

    @Test
    void anExplicitNullIsZeroOrEmptyOrNull() {
        ValueSet.Builder nulls = ValueSet.builder();
        for (var component : Everything.class.getRecordComponents()) {
            nulls.put(component.getName(), null);
        }
        Everything read = nulls.build().to(Everything.class);
        assertThat(read).usingRecursiveComparison().isEqualTo(nothingBut(null, null, null, null, null));
    }

    @Test
    void anUnknownConstantIsTheMarkedOneOrNamed() {
        ValueSet set = ValueSet.of("lenient", "MAUVE", "some", List.of("RED", "MAUVE"));
        assertThat(set.to(Colours.class))
                .isEqualTo(new Colours(null, List.of(), Lenient.OTHER, List.of(Lenient.RED, Lenient.OTHER)));
        assertThatThrownBy(() -> ValueSet.of("strict", "MAUVE").to(Colours.class))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("Colours: strict: Strict: known=[RED, green], actual=\"MAUVE\"");
        assertThatThrownBy(() -> ValueSet.of("all", List.of("RED", "GREEN")).to(Colours.class))
                .hasMessageContaining("Colours: all[1]: Strict: known=[RED, green], actual=\"GREEN\"");
        assertThatThrownBy(() -> ValueSet.of("lenient", 1).to(Colours.class))
                .hasMessageContaining("Colours: lenient: expected=constant of Lenient, actual=INT32 1");
    }

    record Renamed(@WireName("old-name") String name, Strict colour) {}

    @Test
    void wireNamesStandInForJavaNames() {
        Renamed renamed = new Renamed("x", Strict.GREEN);
        ValueSet set = ValueSet.of("old-name", "x", "colour", "green");
        assertThat(ValueSet.from(renamed)).isEqualTo(set);
        assertThat(set.to(Renamed.class)).isEqualTo(renamed);
    }

    record WithPath(List<Path> paths) {}

    record WithFile(File file) {}

    record WithClass(Optional<Class<?>> type) {}

    record WithThread(Thread thread) {}

    record WithNumbers(Map<Integer, String> byNumber) {}

    record Twice(@WireName("a") int first, int a) {}

    record BadName(@WireName("") int first) {}

    record Endless<T>(T value, Endless<List<T>> next) {}

    enum TwoDefaults {
        @WireDefault
        ONE,
        @WireDefault
        TWO
    }

    record WithTwoDefaults(TwoDefaults two) {}

    sealed interface Mixed permits Plain, NoRecord {}

    record Plain() implements Mixed {}

    static final class NoRecord implements Mixed {}

    sealed interface Clash permits Tagged {}

    record Tagged(@WireName("$record") String type) implements Clash {}

    @Test
    void typesThatCannotCrossAreRefusedWithTheReason() {
        assertRefused(WithPath.class, "WithPath.paths: java.nio.file.Path cannot cross: a path means something else");
        assertRefused(WithFile.class, "WithFile.file: java.io.File cannot cross: a path means something else");
        assertRefused(WithClass.class, "WithClass.type: java.lang.Class<?> cannot cross: no class is loaded by a name");
        assertRefused(
                WithThread.class, "WithThread.thread: java.lang.Thread cannot cross; values of a ValueSet, records");
        assertRefused(WithNumbers.class, "cannot cross: the keys of a Map must be String");
        assertRefused(Twice.class, "the wire name \"a\" is given twice");
        assertRefused(BadName.class, "limit=1 to 255 chars");
        assertRefused(Endless.class, "a generic type must not contain itself with arguments that are made of its own");
        assertRefused(WithTwoDefaults.class, "ONE and TWO are both marked @WireDefault");
        assertRefused(Mixed.class, "NoRecord is no record");
        assertRefused(Clash.class, "the wire name \"$record\" is given twice");
        assertRefused(String.class, "java.lang.String is no message; a message is a record");
        assertRefused(Runnable.class, "java.lang.Runnable is no message");
    }

    private static void assertRefused(Class<?> type, String message) {
        assertThatThrownBy(() -> ValueSet.empty().to(type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
