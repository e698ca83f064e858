package io.valise.ipc.services.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.loopback.LoopbackTransport;
import io.valise.ipc.services.loopback.LoopbackManifest.Direction;
import io.valise.ipc.services.loopback.LoopbackManifest.Side;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.spi.runtime.LoopbackRefusals;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.LogLines;
import io.valise.ipc.testkit.session.SessionPeer;
import io.valise.ipc.testlog.MayLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Programs follow their loopback manifests while other processes change them. */
@ExtendWith(HangWatchdog.class)
@MayLog("refused: ")
class LoopbackRulesInForceTest {
    private static final String ADDRESS = "loopback:manifest";

    @RegisterExtension
    final OwnHome home = new OwnHome();

    private AppIdentity quotes;
    private AppIdentity reader;
    private ForkedJvm peer;

    @BeforeEach
    void open() {
        quotes = AppIdentity.open("acme", "quotes");
        reader = AppIdentity.open("acme", "reader");
        peer = ForkedJvm.start(SessionPeer.class, LoopbackTransport.class.getName());
    }

    @AfterEach
    void end() {
        peer.close();
    }

    private IpcServer serve() {
        return IpcServer.builder(ADDRESS)
                .loopbackRules(LoopbackManifest.rules(quotes))
                .service("secret", request -> null)
                .start();
    }

    private static void change(AppIdentity whose, Direction direction, UnaryOperator<Side> side) {
        LoopbackManifest.update(whose.id(), manifest -> manifest.with(direction, side));
    }

    /** Until what was removed counts, a second at most; the watchdog ends what takes longer. */
    private void awaitRefusal() {
        String status = peer.ask("status", "secret");
        while (status.equals("OK")) {
            status = peer.ask("status", "secret");
        }
        assertThat(status).isEqualTo("ACCESS_DENIED");
    }

    @Test
    void aRuleCountsAtOnceAndItsRemovalForOpenConnectionsToo() {
        peer.ask("identify", "acme", "reader");
        try (IpcServer server = serve()) {
            assertThat(peer.ask("tryConnect", ADDRESS)).isEqualTo("ACCESS_DENIED");
            change(quotes, Direction.IN, side -> side.allowing(reader.id()));
            assertThat(peer.ask("tryConnect", ADDRESS)).isEqualTo("OK");
            assertThat(peer.ask("status", "secret")).isEqualTo("OK");
            change(quotes, Direction.IN, side -> side.without(reader.id()));
            awaitRefusal();
            assertThat(peer.ask("tryConnect", ADDRESS)).isEqualTo("ACCESS_DENIED");
            change(quotes, Direction.IN, side -> side.allowing(reader.id()));
            assertThat(peer.ask("status", "secret"))
                    .as("the connection is open still")
                    .isEqualTo("OK");
            LoopbackManifest.update(quotes.id(), manifest -> manifest.declaring(false));
            awaitRefusal();
            assertThat(server.connections()).hasSize(1);
        }
    }

    @Test
    void anInboundExemptionIsForClientsWithoutAnIdentityUntilItIsDeleted() {
        try (IpcServer server = serve()) {
            assertThat(peer.ask("tryConnect", ADDRESS)).isEqualTo("ACCESS_DENIED");
            change(quotes, Direction.IN, side -> side.exempting(Instant.MAX));
            assertThat(peer.ask("tryConnect", ADDRESS)).isEqualTo("OK");
            assertThat(peer.ask("status", "secret")).isEqualTo("OK");
            change(quotes, Direction.IN, Side::withoutExemption);
            awaitRefusal();
            change(quotes, Direction.IN, side -> side.exempting(Instant.now().minusSeconds(1)));
            assertThat(peer.ask("tryConnect", ADDRESS)).as("it is over").isEqualTo("ACCESS_DENIED");
            change(quotes, Direction.IN, side -> side.exempting(Instant.MAX));
            peer.ask("identify", "acme", "reader");
            assertThat(peer.ask("tryConnect", ADDRESS)).as("it has an identity").isEqualTo("ACCESS_DENIED");
            assertThat(server.endpoints()).hasSize(1);
        }
    }

    /** And a server that was killed and started again is the same to the client. */
    @Test
    void anOutboundExemptionIsForServersWithoutAnIdentity() {
        assertThat(peer.ask("serve", ADDRESS)).isEqualTo("OK");
        IpcClient.Builder client = IpcClient.builder(ADDRESS).loopbackRules(LoopbackManifest.rules(reader));
        assertThatThrownBy(client::connect)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                .hasMessageContaining("client lacks an out exemption for a server without an identity");
        change(reader, Direction.OUT, side -> side.exempting(Instant.MAX));
        try (IpcConnection connected = client.connect()) {
            assertThat(connected.request("echo", ValueSet.of("n", 1)).getInt("n"))
                    .isOne();
        }
        peer.kill();
        peer = ForkedJvm.start(SessionPeer.class, LoopbackTransport.class.getName());
        assertThat(peer.ask("serve", ADDRESS)).isEqualTo("OK");
        client.connect().close();
        LoopbackManifest.remove(reader.id());
        assertThatThrownBy(() -> IpcClient.builder(ADDRESS)
                        .loopbackRules(LoopbackManifest.rules(reader))
                        .connect())
                .hasMessageContaining("client lacks an out exemption");
    }

    @Test
    void aManifestThatIsDamagedAllowsNothingUntilItIsMended() throws Exception {
        change(quotes, Direction.IN, side -> side.allowing(reader.id()));
        peer.ask("identify", "acme", "reader");
        Path file = ManifestFolder.of(LoopbackManifest.FOLDER).file(quotes.id());
        String good = Files.readString(file);
        try (IpcServer server = serve();
                LogLines audit = LogLines.audit(Endpoint.parse(ADDRESS))) {
            assertThat(peer.ask("tryConnect", ADDRESS)).isEqualTo("OK");
            Files.writeString(file, "{");
            awaitRefusal();
            assertThat(audit.next()).contains("server cannot read its loopback access rules: manifest " + file);
            Files.writeString(file, good);
            assertThat(peer.ask("status", "secret")).isEqualTo("OK");
            assertThat(server.connections()).hasSize(1);
        }
    }

    @Test
    void thoseWhoWatchAreToldOfBothEndsRefusals() {
        peer.ask("identify", "acme", "reader");
        try (LoopbackRefusals.Watch watch = LoopbackRefusals.watch();
                IpcServer server = serve()) {
            peer.ask("tryConnect", ADDRESS);
            assertThat(watch.next()).singleElement().satisfies(told -> {
                assertThat(told.pid()).isEqualTo(ProcessHandle.current().pid());
                assertThat(told.application()).isEqualTo(quotes.id());
                assertThat(told.peer()).contains(reader.id());
                assertThat(told.because()).isEqualTo("server lacks an in rule for " + reader.id());
            });
            peer.ask("out", "other_0000000000000");
            peer.ask("tryConnect", ADDRESS);
            assertThat(watch.next()).singleElement().satisfies(told -> {
                assertThat(told.pid()).isEqualTo(peer.pid());
                assertThat(told.inbound()).isFalse();
                assertThat(told.peer()).contains(quotes.id());
            });
            assertThat(server.connections()).isEmpty();
        }
    }
}
