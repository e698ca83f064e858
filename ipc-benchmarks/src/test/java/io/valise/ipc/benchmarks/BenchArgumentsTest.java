package io.valise.ipc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
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

    @Test
    void whatIsNotUnderstoodIsNamed() {
        assertThatThrownBy(() -> BenchArguments.parse("--fast")).hasMessageContaining("--fast");
        assertThatThrownBy(() -> BenchArguments.parse("--out")).hasMessageContaining("--out");
        assertThatThrownBy(() -> BenchArguments.parse("[")).isInstanceOf(IllegalArgumentException.class);
    }
}
