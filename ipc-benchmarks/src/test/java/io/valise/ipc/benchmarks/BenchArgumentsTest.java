package io.valise.ipc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BenchArgumentsTest {
    @Test
    void withoutArgumentsAllIsRun() {
        BenchArguments all = BenchArguments.parse();
        assertThat(all.quick()).isFalse();
        assertThat(all.includes("ColdStart")).isTrue();
        assertThat(all.benchmarks()).containsExactly(BenchArguments.TIMED, BenchArguments.OTHERS);
    }

    @Test
    void aSelectionSelectsProbesToo() {
        BenchArguments some =
                BenchArguments.parse("--quick", "--out", "somewhere", "IdleCost", "RequestRoundTrip.pipe");
        assertThat(some.quick()).isTrue();
        assertThat(some.out()).isEqualTo(Path.of("somewhere"));
        assertThat(some.includes("IdleCost")).isTrue();
        assertThat(some.includes("ColdStart")).isFalse();
        assertThat(some.benchmarks()).containsExactly("IdleCost", "RequestRoundTrip.pipe");
    }

    /** What a target is judged by, and no more of that class. */
    @Test
    void aQuickRunLeavesOutWhatNoTargetNeeds() {
        List<String> quick = BenchArguments.parse("--quick").benchmarks();
        assertThat(quick).anyMatch(pattern -> found(pattern, "LargePayload.memcpyToNew"));
        assertThat(quick).anyMatch(pattern -> found(pattern, "ValueSetCodec.encodeKryo"));
        assertThat(quick).noneMatch(pattern -> found(pattern, "RequestRoundTrip.jeroMq"));
        assertThat(quick).noneMatch(pattern -> found(pattern, "LargePayload.jeroMq"));
        assertThat(BenchArguments.parse("--quick", "LargePayload").benchmarks()).containsExactly("LargePayload");
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
