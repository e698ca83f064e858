package io.valise.ipc.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.benchmarks.contender.Contenders;
import io.valise.ipc.benchmarks.contender.Exchange;
import io.valise.ipc.benchmarks.contender.Workload;
import io.valise.ipc.benchmarks.ring.RingPeer;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** That the harness works; it measures nothing. */
class HarnessTest {
    /** JMH starts no broker. */
    @Test
    void everyMethodOfTheRoundTripHasItsContender() {
        assertThat(Stream.concat(benchmarksOf(RequestRoundTrip.class).stream(), Contenders.OVER_NATS.stream()))
                .containsExactlyInAnyOrderElementsOf(Contenders.names());
    }

    private static List<String> benchmarksOf(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.isAnnotationPresent(Benchmark.class))
                .map(Method::getName)
                .collect(Collectors.toList());
    }

    /** The peer is another JVM, and a message of each workload crosses. */
    @ParameterizedTest
    @ValueSource(strings = {"shmAdaptive", "rawUds"})
    void aPeerAnswers(String contender) throws Exception {
        try (Exchange quotes = Exchange.open(contender, Workload.QUOTE)) {
            assertThat(quotes.caller().call()).isEqualTo(contender.equals("rawUds") ? 0 : 101.5);
        }
    }

    @Test
    void anUploadArrivesWhole() throws Exception {
        try (Exchange uploads = Exchange.open("local", Workload.UPLOAD)) {
            assertThat(uploads.caller().call()).isEqualTo(Workload.UPLOAD_BYTES);
        }
    }

    @Test
    void aRingEchoes() throws Exception {
        try (RingPeer peer = RingPeer.start("valise", true)) {
            RingPeer.sendWhenThereIsRoom(peer.port(), 7);
            while (peer.port().receive(1) == 0) {
                Thread.onSpinWait();
            }
            assertThat(peer.port().last()).isEqualTo(7);
        }
    }

    @Test
    void mappingARecordIsComparedWithTheSameByHand() {
        RecordMapping mapping = new RecordMapping();
        RecordMapping.Both quote = new RecordMapping.Both();
        assertThat(mapping.fromValise(quote))
                .isEqualTo(mapping.fromByHand(quote))
                .isEqualTo(quote.set);
        assertThat(mapping.toValise(quote)).isEqualTo(mapping.toByHand(quote)).isEqualTo(quote.quote);
    }

    @Test
    void jmhFindsAndRunsABenchmark() throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("ValueSetCodec\\.(en|de)codeValise$")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(20))
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        assertThat(results)
                .hasSize(2)
                .allSatisfy(result ->
                        assertThat(result.getPrimaryResult().getScore()).isPositive());
    }
}
