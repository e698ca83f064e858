package io.valise.ipc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.benchmarks.slices.Contest;
import io.valise.ipc.benchmarks.slices.Contests;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BenchArgumentsTest {
    @Test
    void withoutArgumentsAllIsRun() {
        BenchArguments all = BenchArguments.parse();
        assertThat(all.quick()).isFalse();
        assertThat(all.includes(new ColdStart())).isTrue();
        assertThat(Contests.ALL).allMatch(all::includes);
        assertThat(all.benchmarks()).containsExactly(BenchArguments.TIMED, BenchArguments.OTHERS);
    }

    @Test
    void aSelectionSelectsProbesToo() {
        BenchArguments some =
                BenchArguments.parse("--quick", "--out", "somewhere", "IdleCost", "RequestRoundTrip.pipe");
        assertThat(some.quick()).isTrue();
        assertThat(some.out()).isEqualTo(Path.of("somewhere"));
        assertThat(some.includes(new IdleCost())).isTrue();
        assertThat(some.includes(new ColdStart())).isFalse();
        assertThat(some.benchmarks()).containsExactly("(?i)IdleCost", "(?i)RequestRoundTrip.pipe");
    }

    /** What a target is judged by, and no more of that class. */
    @Test
    void aQuickRunLeavesOutWhatNoTargetNeeds() {
        List<String> quick = BenchArguments.parse("--quick").benchmarks();
        assertThat(quick).anyMatch(pattern -> found(pattern, "LargePayload.memcpyToNew"));
        assertThat(quick).anyMatch(pattern -> found(pattern, "ValueSetCodec.encodeKryo"));
        assertThat(quick).noneMatch(pattern -> found(pattern, "RequestRoundTrip.jeroMq"));
        assertThat(quick).noneMatch(pattern -> found(pattern, "LargePayload.jeroMq"));
        assertThat(BenchArguments.parse("--quick", "LargePayload").benchmarks()).containsExactly("(?i)LargePayload");
    }

    /** Those over a broker: the quick run is to stay quick. */
    @Test
    void aQuickRunLeavesOutNatsUnlessItIsAskedFor() {
        assertThat(namesOf("--quick")).contains("RequestSlices").noneMatch(name -> name.contains("Nats"));
        assertThat(namesOf("--quick", "nats")).hasSize(5).allMatch(name -> name.contains("Nats"));
        assertThat(namesOf("nats")).isEqualTo(namesOf("--quick", "nats"));
    }

    private static List<String> namesOf(String... arguments) {
        BenchArguments parsed = BenchArguments.parse(arguments);
        return Contests.ALL.stream().filter(parsed::includes).map(Contest::name).collect(Collectors.toList());
    }

    private static boolean found(String pattern, String benchmark) {
        return Pattern.compile(pattern)
                .matcher("io.valise.ipc.benchmarks." + benchmark)
                .find();
    }

    @Test
    void whatIsNotUnderstoodIsNamed() {
        assertThatThrownBy(() -> BenchArguments.parse("--fast")).hasMessageContaining("--fast");
        assertThatThrownBy(() -> BenchArguments.parse("--out")).hasMessageContaining("--out");
        assertThatThrownBy(() -> BenchArguments.parse("[")).isInstanceOf(IllegalArgumentException.class);
    }
}
