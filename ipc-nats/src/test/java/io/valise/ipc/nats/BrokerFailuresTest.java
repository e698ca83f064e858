package io.valise.ipc.nats;

import static io.valise.ipc.nats.Expect.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testkit.process.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong at the broker: each with its status and what to do. */
@NeedsNats
class BrokerFailuresTest {
    private static final String NKEY = "UCQL2JOU2H5UP4L5PASEMU5GKMPRADUZQV6K65FE4YWI62NJY3ZDEAZ6";

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
            bothFail(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "check user and password against",
                    NatsOptions.builder(broker.url()).user("ann", "wrong").build());
            bothFail(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "check the token against",
                    NatsOptions.builder(broker.url()).token("wrong").build());
            bothFail(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "check user and password in the address",
                    NatsOptions.builder(broker.url().replace("//", "//ann:wrong@"))
                            .build());
            bothFail(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "check the token in the address (a user needs a password beside it) against",
                    NatsOptions.builder(broker.url().replace("//", "//ann@")).build());
            bothFail(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "none are given",
                    NatsOptions.builder(broker.url()).build());
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

    @Test
    void filesThatAreNoCredentials(@TempDir Path folder) throws IOException {
        Path garbage = Files.writeString(folder.resolve("garbage.creds"), "secret");
        Path sections = Files.writeString(folder.resolve("sections.creds"), """
                -----BEGIN NATS USER JWT-----
                secret
                ------END NATS USER JWT------

                -----BEGIN USER NKEY SEED-----
                SUsecret
                ------END USER NKEY SEED------
                """);
        Path empty = Files.createFile(folder.resolve("empty.creds"));
        try (NatsServer broker = NatsServer.with("authorization { users: [ { nkey: " + NKEY + " } ] }");
                NatsServer open = NatsServer.open()) {
            for (String url : List.of(broker.url(), open.url())) {
                for (Path file : List.of(garbage, sections, empty, folder, folder.resolve("nosuch"))) {
                    bothFail(
                            IpcStatus.AUTHENTICATION_FAILED,
                            "credentials file " + file + ": it is not ",
                            NatsOptions.builder(url).credentials(file).build());
                }
            }
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
                        "no answer in time (limit=",
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
