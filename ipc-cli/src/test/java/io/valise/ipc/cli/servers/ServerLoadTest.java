package io.valise.ipc.cli.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Endpoint;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.catalog.ServerStatus;
import io.valise.ipc.services.catalog.ServerStatus.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Speeds between two looks. */
class ServerLoadTest {
    private static final long TWO_SECONDS = 2_000_000_000L;

    @Test
    void speedsAreGrowthOverTimeWithoutTheLooksThemselves() {
        ServerLoad load = new ServerLoad(List.of(server("shm", 7, 100, 10), server("pipe", 7, 101, 11)), 0)
                .next(List.of(server("shm", 7, 302, 12), server("pipe", 7, 303, 13)), TWO_SECONDS);
        assertThat(load.distinct()).hasSize(1);
        assertThat(load.requestsPerSecond(load.distinct().get(0))).isEqualTo(100);
    }

    @Test
    void aServerThatIsNewOrWasRestartedHasNoSpeedYet() {
        ServerLoad load = new ServerLoad(List.of(server("shm", 7, 5, 0)), 0)
                .next(List.of(server("shm", 8, 1_000, 1), server("pipe", 9, 1_000, 1)), TWO_SECONDS);
        assertThat(load.servers()).allMatch(server -> load.requestsPerSecond(server) == 0);
    }

    @Test
    void serversThatDoNotAnswerAreEachOnTheirOwn() {
        ServerStatus silent = new ServerStatus(new Endpoint("shm", "a"), State.SILENT, ValueSet.empty(), "TIMEOUT");
        ServerStatus other = new ServerStatus(new Endpoint("pipe", "a"), State.SILENT, ValueSet.empty(), "TIMEOUT");
        ServerLoad load = new ServerLoad(List.of(silent, other), 0);
        assertThat(load.distinct()).containsExactly(silent, other);
        assertThat(load.toValueSets().get(0).getBoolean("answers")).isFalse();
    }

    @Test
    void whatAServerDoesNotTellIsNotShownAsNothing() {
        ServerStatus older = server("shm", 7, 1, 0);
        ServerStatus newer = telling(ValueSet.of("bytesUnhandled", 1, "bytesUnsent", 2, "ringOccupancy", 1));
        ServerLoad load = new ServerLoad(List.of(older, newer), 0);
        assertThat(load.backlog(older)).isEmpty();
        assertThat(load.ringOccupancy(older)).isEmpty();
        assertThat(load.backlog(newer)).hasValue(3);
        assertThat(load.ringOccupancy(newer)).hasValue(1);
        for (Object wrong : List.of(Double.NaN, Double.POSITIVE_INFINITY, -1, "full")) {
            assertThat(load.ringOccupancy(telling(ValueSet.of("ringOccupancy", wrong))))
                    .as(wrong.toString())
                    .isEmpty();
        }
    }

    private static ServerStatus telling(ValueSet info) {
        return new ServerStatus(new Endpoint("shm", "b"), State.ALIVE, info, "");
    }

    private static ServerStatus server(String scheme, long pid, long served, long looks) {
        ValueSet info = ValueSet.of(
                "pid", pid,
                "requestsServed", served,
                "builtInRequestsServed", looks,
                "endpoints", new String[] {"shm:a", "pipe:a"},
                "connections", 2);
        return new ServerStatus(new Endpoint(scheme, "a"), State.ALIVE, info, "");
    }
}
