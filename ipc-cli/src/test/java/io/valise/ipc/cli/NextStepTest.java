package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said behind a failure, by where it was. */
class NextStepTest {
    private static Optional<String> after(IpcStatus status, String reason) {
        return NextStep.after(new IpcException(status, reason, Delivery.NOT_SENT));
    }

    @ParameterizedTest
    @CsvSource({
        "ENDPOINT_NOT_FOUND, NATS broker at nats://h:1: no broker answers",
        "AUTHENTICATION_FAILED, NATS broker at nats://h:1: it refuses the credentials of ann",
        "TIMEOUT, NATS broker at nats://h:1: no answer in time",
        "UNSUPPORTED, NATS broker at nats://h:1: max_payload",
        "RESOURCE_EXHAUSTED, NATS broker at nats://h:1: cannot open a socket",
        "ACCESS_DENIED, nats:quotes: the NATS broker does not allow this user to publish to a",
        "ACCESS_DENIED, the NATS broker at nats://h:1 does not allow ann the subject a"
    })
    void whatABrokerRefusesIsNotPutDownToAServerOrFile(IpcStatus status, String reason) {
        assertThat(after(status, reason)).isEmpty();
    }

    @Test
    void aBrokerThatIsLostMayBeBack() {
        assertThat(after(IpcStatus.PEER_DIED, "the connection to the NATS broker at nats://h:1 was lost"))
                .hasValueSatisfying(step -> assertThat(step).contains("`ipc doctor`", "broker"));
    }

    @ParameterizedTest
    @CsvSource({
        "ENDPOINT_NOT_FOUND, nats:quotes: no server has the name",
        "SERVICE_NOT_FOUND, service price: not offered at nats:quotes",
        "PEER_DIED, nats:quotes: the peer died"
    })
    void serversOfOtherMachinesAreListedByRemote(IpcStatus status, String reason) {
        assertThat(after(status, reason))
                .hasValueSatisfying(step -> assertThat(step).contains("`ipc list --remote`"));
        assertThat(after(status, reason.replace("nats:", "shm:")))
                .hasValueSatisfying(step -> assertThat(step).contains("`ipc list` "));
    }
}
