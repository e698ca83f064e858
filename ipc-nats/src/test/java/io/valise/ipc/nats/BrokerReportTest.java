package io.valise.ipc.nats;

import static io.valise.ipc.nats.Expect.fails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.valise.ipc.IpcStatus;
import io.valise.ipc.testkit.process.FreePort;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** What a broker is found to be, and to let a process do, without a name that is served or called. */
@NeedsNats
class BrokerReportTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private static String user(String name, String publish, String subscribe) {
        return "{user: " + name + ", password: p, permissions: { publish: { allow: [\"valise.l.*.>\"" + publish
                + "] }, subscribe: { allow: [\"valise.l." + name + ".>\"" + subscribe + "] } } }";
    }

    private static BrokerReport examine(NatsServer broker, String user) {
        return new NatsTransport(
                        NatsOptions.builder(broker.url()).user(user, "p").build())
                .examine(LONG);
    }

    @Test
    void saysWhichBrokerItIsAndHowFar() {
        try (NatsServer broker = NatsServer.with("max_payload: 65536")) {
            BrokerReport report = broker.transport().examine(LONG);
            assertThat(report.version()).matches("[0-9]+\\.[0-9]+\\..*");
            assertThat(report.brokerName()).isEqualTo("s" + broker.port());
            assertThat(report.name()).isEqualTo("-");
            assertThat(report.roundTrip()).isPositive();
            assertThat(report.maxPayloadBytes()).isEqualTo(65536);
            assertThat(report.mayList() && report.mayServe()).isTrue();
            assertThat(broker.transport().endpoints()).isEmpty();
        }
    }

    @Test
    void waitsForAsLongAsCanBeCounted() {
        Duration forever = ChronoUnit.FOREVER.getDuration();
        try (NatsServer broker = NatsServer.open()) {
            NatsOptions patient =
                    NatsOptions.builder(broker.url()).silence(forever).build();
            assertThat(new NatsTransport(patient).examine(forever).mayList()).isTrue();
        }
    }

    @Test
    void saysWhatTheUserMayDo() {
        String users = "authorization { users: [ " + user("both", ", \"valise.s.both\"", ", \"valise.s.*\"") + ", "
                + user("lists", ", \"valise.s.lists\"", "") + ", " + user("serves", "", ", \"valise.s.*\"") + ", "
                + user("neither", "", "") + " ] }";
        try (NatsServer broker = NatsServer.with(users)) {
            for (String user : new String[] {"both", "lists", "serves", "neither"}) {
                BrokerReport report = examine(broker, user);
                assertThat(report.name()).isEqualTo(user);
                assertThat(report.mayList()).as(user).isEqualTo(user.equals("both") || user.equals("lists"));
                assertThat(report.mayServe()).as(user).isEqualTo(user.equals("both") || user.equals("serves"));
            }
        }
    }

    @Test
    void anInterruptedThreadIsToldNothing() {
        try (NatsServer broker = NatsServer.open()) {
            NatsTransport transport = broker.transport();
            assertThat(transport.examine(LONG).mayList()).isTrue(); // it is connected from now on
            Thread.currentThread().interrupt();
            fails(IpcStatus.CANCELLED, "interrupted", () -> transport.examine(LONG));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        NatsTransport absent = new NatsTransport(
                NatsOptions.builder("nats://127.0.0.1:" + FreePort.find()).build());
        fails(IpcStatus.ENDPOINT_NOT_FOUND, "start one", () -> absent.examine(LONG));
        assertThatIllegalArgumentException().isThrownBy(() -> absent.examine(Duration.ZERO));
        String users = "authorization { users: [ {user: ann, password: p, permissions: {"
                + " publish: { allow: [\"other\"] }, subscribe: { allow: [\"other\"] } } } ] }";
        try (NatsServer broker = NatsServer.with(users);
                SilentBroker silent = SilentBroker.saying("")) {
            fails(IpcStatus.ACCESS_DENIED, "ipc nats permissions", () -> examine(broker, "ann"));
            fails(IpcStatus.AUTHENTICATION_FAILED, "check user and password", () -> examine(broker, "bob"));
            NatsTransport slow = new NatsTransport(
                    NatsOptions.builder("nats://127.0.0.1:" + silent.port()).build());
            fails(IpcStatus.TIMEOUT, "no answer in time", () -> slow.examine(Duration.ofSeconds(1)));
        }
    }
}
