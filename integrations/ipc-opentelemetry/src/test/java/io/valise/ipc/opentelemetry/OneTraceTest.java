package io.valise.ipc.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanId;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Traces that go from this process to another and back. */
@ExtendWith(HangWatchdog.class)
class OneTraceTest {
    private static final String ADDRESS = "pipe:traced";

    private final Recorded recorded = new Recorded();

    @AfterEach
    void close() {
        ForkedJvm.killAll();
        recorded.close();
    }

    @Test
    void theSpansOfTwoProcessesAreOneTrace() throws Exception {
        try (ForkedJvm server = ForkedJvm.start(TracedServer.class, ADDRESS)) {
            assertThat(server.ask("spans", 0)).isEmpty();
            try (IpcConnection client = IpcClient.builder(ADDRESS)
                    .interceptCalls(recorded.telemetry().calls())
                    .interceptHandlers(recorded.telemetry().handlers())
                    .service("stock", request -> recorded.during("count", () -> ValueSet.of("left", 7)))
                    .connect()) {
                ValueSet left = recorded.during("buy", () -> client.request("order", ValueSet.empty()));
                assertThat(left).isEqualTo(ValueSet.of("left", 7));
                assertThat(client.requestAsync("left", ValueSet.empty()).get()).isEqualTo(left);
                assertThat(traces(recorded.spans(7).stream().map(TracedServer::text), server.ask("spans", 5)))
                        .containsExactlyInAnyOrder(
                                "INTERNAL buy, CLIENT order, SERVER order, INTERNAL look up, CLIENT stock,"
                                        + " SERVER stock, INTERNAL count",
                                "CLIENT left, SERVER left, CLIENT stock, SERVER stock, INTERNAL count");
            }
        }
    }

    /** The spans of each trace from the first to the last, of which each is the parent of the next. */
    private static List<String> traces(Stream<String> ofThisProcess, String ofTheOther) {
        return Stream.concat(ofThisProcess, Stream.of(ofTheOther.split("; ")))
                .map(span -> span.split(" ", 4))
                .collect(Collectors.groupingBy(span -> span[0], Collectors.toMap(span -> span[1], span -> span)))
                .values()
                .stream()
                .map(OneTraceTest::chain)
                .toList();
    }

    private static String chain(Map<String, String[]> byParent) {
        return Stream.iterate(byParent.get(SpanId.getInvalid()), span -> span != null, span -> byParent.get(span[2]))
                .map(span -> span[3])
                .collect(Collectors.joining(", "));
    }
}
