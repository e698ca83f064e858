package io.valise.ipc.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.LogLines;
import io.valise.ipc.testkit.session.SessionPeer;
import io.valise.ipc.testlog.MayLog;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Loopback access rules, between processes. */
@ExtendWith(HangWatchdog.class)
@MayLog("refused: ")
class AccessBetweenApplicationsTest {
    private static final String ADDRESS =
            "loopback:rules" + ProcessHandle.current().pid();

    private final AtomicInteger ran = new AtomicInteger();
    private AppIdentity quotes;
    private AppIdentity reader;
    private ForkedJvm client;

    @BeforeEach
    void open() {
        assertThat(TestHome.configuration()).isNotNull();
        quotes = AppIdentity.open("acme", "quotes");
        reader = AppIdentity.open("acme", "reader");
        client = ForkedJvm.start(SessionPeer.class, LoopbackTransport.class.getName());
    }

    @AfterEach
    void end() {
        client.close();
    }

    private IpcServer serve(LoopbackAccessRules rules) {
        return IpcServer.builder(ADDRESS)
                .loopbackRules(rules)
                .onConnect(connection -> ran.incrementAndGet())
                .service("secret", request -> {
                    ran.incrementAndGet();
                    return null;
                })
                .start();
    }

    @Test
    void bothRulesLetItThroughAndOneDoesNot() throws Exception {
        LoopbackAccessRules none = LoopbackAccessRules.builder(quotes).build();
        LoopbackAccessRules in =
                LoopbackAccessRules.builder(quotes).in(reader.id()).build();
        LoopbackAccessRules out =
                LoopbackAccessRules.builder(reader).out(quotes.id()).build();
        client.ask("identify", "acme", "reader");
        client.ask("out", quotes.id());
        try (IpcServer server = serve(none);
                LogLines audit = LogLines.audit(Endpoint.parse(ADDRESS))) {
            assertThat(client.ask("tryConnect", ADDRESS)).isEqualTo("ACCESS_DENIED");
            assertThat(audit.next()).contains("server lacks an in rule for " + reader.id());
            assertThat(ran).hasValue(0);
            assertThat(server.connections()).isEmpty();
            assertThat(LoopbackAccessRules.explain(out, none)).contains("server lacks an in rule for " + reader.id());
        }
        try (IpcServer server = serve(in)) {
            assertThat(client.ask("tryConnect", ADDRESS)).isEqualTo("OK");
            assertThat(client.ask("status", "secret")).isEqualTo("OK");
            assertThat(server.connections()).hasSize(1);
            client.ask("out", "other_0000000000000");
            assertThat(client.ask("tryConnect", ADDRESS)).isEqualTo("ACCESS_DENIED");
        }
    }

    @Test
    void anExemptionEndsWithItsBlockForThoseConnectedToo() {
        LoopbackAccessRules rules = LoopbackAccessRules.builder(quotes).build();
        client.ask("identify", "acme", "reader");
        try (IpcServer server = serve(rules)) {
            assertThat(client.ask("tryConnect", ADDRESS)).isEqualTo("ACCESS_DENIED");
            try (LoopbackAccessRules.Exemption exemption = rules.exemptInbound(reader.id())) {
                assertThat(client.ask("tryConnect", ADDRESS)).isEqualTo("OK");
                assertThat(client.ask("status", "secret")).isEqualTo("OK");
            }
            assertThat(client.ask("status", "secret")).isEqualTo("ACCESS_DENIED");
            assertThat(client.ask("tryConnect", ADDRESS)).isEqualTo("ACCESS_DENIED");
            assertThat(server.endpoints()).hasSize(1);
        }
    }

    @Test
    void applicationWithoutAnIdentityIsBlockedByTheClientsOwnRules() {
        try (IpcServer server = serve(LoopbackAccessRules.builder(quotes).build())) {
            assertThat(client.ask("tryConnect", ADDRESS)).isEqualTo("ACCESS_DENIED");
            LoopbackAccessRules deaf = LoopbackAccessRules.builder(reader).build();
            assertThatThrownBy(
                            () -> IpcClient.builder(ADDRESS).loopbackRules(deaf).connect())
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("client lacks an out rule for " + quotes.id());
            assertThat(ran).hasValue(0);
            assertThat(server.connections()).isEmpty();
        }
    }
}
