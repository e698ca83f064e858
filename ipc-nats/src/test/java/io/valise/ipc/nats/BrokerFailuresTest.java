package io.valise.ipc.nats;

import static io.valise.ipc.nats.Expect.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testkit.process.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong at the broker: each with its status and what to do. */
@NeedsNats
class BrokerFailuresTest {
    private static void bothFail(IpcStatus status, String remedy, NatsOptions options) {
        NatsTransport transport = new NatsTransport(options);
        fails(
                status,
                remedy,
                () -> IpcClient.builder("nats:quotes")
                        .transport(transport)
                        .connectTimeout(Duration.ofSeconds(30))
                        .connect());
        fails(
                status,
                remedy,
                () -> IpcServer.builder("nats:quotes")
                        .transport(transport)
                        .access(AccessPolicy.anyone())
                        .start());
        assertThat(transport.endpoints()).isEmpty();
    }

    @Test
    void noBroker() {
        bothFail(
                IpcStatus.ENDPOINT_NOT_FOUND,
                "start one (nats-server -p 4222)",
                NatsOptions.builder("nats://127.0.0.1:" + FreePort.find()).build());
    }

    @Test
    void hostThatIsNotKnown() {
        bothFail(
                IpcStatus.ENDPOINT_NOT_FOUND,
                "the host is not known",
                NatsOptions.builder("nats://nosuch.invalid").build());
    }

    @Test
    void wrongCredentials() {
        try (NatsServer broker = NatsServer.with("authorization { user: ann, password: right }")) {
            for (NatsOptions wrong : List.of(
                    NatsOptions.builder(broker.url()).user("ann", "wrong").build(),
                    NatsOptions.builder(broker.url()).token("wrong").build(),
                    NatsOptions.builder(broker.url()).build())) {
                bothFail(IpcStatus.AUTHENTICATION_FAILED, "check user and password", wrong);
            }
            bothFail(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "nosuch.creds",
                    NatsOptions.builder(broker.url())
                            .credentials(Path.of("nosuch.creds"))
                            .build());
            NatsOptions right = NatsOptions.builder("nats://ann:right@127.0.0.1:" + broker.port())
                    .build();
            assertThat(right).hasToString("NatsOptions[nats://127.0.0.1:" + broker.port() + ", name=ann]");
            fails(
                    IpcStatus.ENDPOINT_NOT_FOUND,
                    "no server has the name",
                    () -> IpcClient.builder("nats:quotes")
                            .transport(new NatsTransport(right))
                            .connect());
        }
    }

    /** The client library repeats the address. */
    @ParameterizedTest
    @ValueSource(strings = {"ann:secret", "secret", "ann:a%2Fsecret", "ann:a,secret"})
    void noFailureRepeatsASecret(String userInfo) {
        try (NatsServer broker = NatsServer.with("authorization { user: ann, password: right }")) {
            for (int port : List.of(broker.port(), FreePort.find())) {
                bothFail(
                        port == broker.port() ? IpcStatus.AUTHENTICATION_FAILED : IpcStatus.ENDPOINT_NOT_FOUND,
                        "NATS broker at nats://127.0.0.1:" + port + ": ",
                        NatsOptions.builder("nats://" + userInfo + "@127.0.0.1:" + port)
                                .build());
            }
        }
    }

    @Test
    void passwordsInAddresses() {
        try (NatsServer broker = NatsServer.with("authorization { user: \"a:b\", password: \"c/d,e\" }")) {
            fails(
                    IpcStatus.ENDPOINT_NOT_FOUND,
                    "no server has the name",
                    () -> IpcClient.builder("nats:quotes")
                            .transport(new NatsTransport(
                                    NatsOptions.builder(broker.url().replace("//", "//a%3Ab:c%2Fd,e@"))
                                            .build()))
                            .connect());
        }
    }

    @Test
    void silentBrokerIsNotTakenForOneThatRefuses() throws IOException {
        try (SilentBroker broker = SilentBroker.saying("");
                SilentBroker secure = SilentBroker.saying(SilentBroker.WANTS_TLS)) {
            for (String address : List.of("nats://127.0.0.1:" + broker.port(), "tls://127.0.0.1:" + secure.port())) {
                fails(
                        IpcStatus.TIMEOUT,
                        "no answer in time: see whether it hangs or is cut off",
                        () -> IpcClient.builder("nats:quotes")
                                .transport(new NatsTransport(
                                        NatsOptions.builder(address).build()))
                                .connectTimeout(Duration.ofSeconds(2))
                                .connect());
            }
        }
    }

    /** The first connection hangs, as one to a machine that lost its power. */
    @Test
    void anAttemptThatHangsHoldsNoOtherUp() throws IOException {
        AtomicInteger attempts = new AtomicInteger();
        try (NatsServer server = NatsServer.open();
                SilentBroker broker = SilentBroker.saying("", client -> {
                    if (attempts.incrementAndGet() > 1) {
                        TcpRelay.carry(client, server.port());
                    }
                })) {
            fails(
                    IpcStatus.ENDPOINT_NOT_FOUND,
                    "no server has the name",
                    () -> IpcClient.builder("nats:quotes")
                            .transport(new NatsTransport(NatsOptions.builder("nats://127.0.0.1:" + broker.port())
                                    .build()))
                            .connectTimeout(Duration.ofSeconds(30))
                            .connect());
            assertThat(attempts).hasValueGreaterThan(1);
        }
    }

    @Test
    void payloadLimitThatIsTooSmall() {
        try (NatsServer broker = NatsServer.with("max_payload: 1024")) {
            bothFail(
                    IpcStatus.UNSUPPORTED,
                    "max_payload: limit=4096 bytes or more, actual=1024: raise it",
                    NatsOptions.builder(broker.url()).build());
        }
    }
}
