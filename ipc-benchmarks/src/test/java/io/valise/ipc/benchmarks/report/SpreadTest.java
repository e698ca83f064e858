package io.valise.ipc.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpreadTest {
    /** The ranks of the table in every book on order statistics, for 95 %. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "5, 1, 5", "6, 1, 6", "9, 2, 8", "10, 2, 9", "15, 4, 12", "25, 8, 18", "50, 18, 33"})
    void theIntervalHasTheRanksOfTheBinomialDistribution(int count, double low, double high) {
        List<Double> values =
                IntStream.rangeClosed(1, count).mapToObj(i -> (double) i).collect(Collectors.toList());
        Collections.reverse(values);
        Spread spread = Spread.of(values);
        assertThat(spread.low()).isEqualTo(low);
        assertThat(spread.high()).isEqualTo(high);
        assertThat(spread.median()).isEqualTo((count + 1) / 2.0);
    }

    @Test
    void roundsThatDoNotBelongTogetherAreRefused() {
        assertThatThrownBy(() -> Spread.ofRatios(List.of(1.0), List.of(1.0, 2.0)))
                .hasMessage("rounds: needed=as many of both, actual=1 and 2");
    }
}
