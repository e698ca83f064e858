package io.valise.ipc.nats;

import static io.valise.ipc.nats.Expect.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/nats.md shows: its program, and its permissions at a broker. */
@NeedsNats
class NatsPageTest {
    private static final Pattern CONFIGURATION = Pattern.compile("(?s)```conf\n(.*?)```");

    private static String configuration() throws IOException {
        Matcher block = CONFIGURATION.matcher(Files.readString(Path.of("../docs/nats.md")));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private static NatsTransport as(NatsServer broker, String user, String password) {
        return new NatsTransport(NatsOptions.builder(broker.url())
                .user(user, password)
                .brokerProvesUsers(true)
                .build());
    }

    @Test
    void theProgramRuns() {
        try (NatsServer broker = NatsServer.open()) {
            String url = broker.url();
            NatsOptions options = NatsOptions.builder(url).build();
            IpcServer.Builder server = IpcServer.builder("nats:quotes")
                    .transport(new NatsTransport(options))
                    .access(AccessPolicy.anyone()) // everyone whom the broker admits
                    .service("price", request -> ValueSet.of("bid", 101.25));
            IpcClient.Builder client = IpcClient.builder("nats:quotes")
                    .transport(new NatsTransport(options))
                    .reconnect(ReconnectPolicy.standard().idempotent("price"));
            try (IpcServer started = server.start();
                    IpcConnection quotes = client.connect()) {
                assertThat(quotes.request("price", ValueSet.empty()).getDouble("bid"))
                        .isEqualTo(101.25);
                assertThat(started.connections()).hasSize(1);
            }
        }
    }

    @Test
    void thePermissionsAreThoseThatAreGenerated() throws IOException {
        String squeezed = configuration().replaceAll("\\s+", "");
        assertThat(squeezed)
                .contains(NatsPermissions.of("quotes-svc")
                        .serving("quotes")
                        .configuration()
                        .replaceAll("\\s+", "")
                        .substring("{user:\"quotes-svc\"".length()))
                .contains(NatsPermissions.of("bob")
                        .calling("quotes")
                        .configuration()
                        .replaceAll("\\s+", "")
                        .substring("{user:\"bob\"".length()));
    }

    @Test
    void thePermissionsLetThroughWhatTheySayAndNothingElse() throws IOException {
        try (NatsServer broker = NatsServer.with(configuration())) {
            NatsTransport serving = as(broker, "quotes-svc", "secret-1");
            NatsTransport calling = as(broker, "bob", "secret-2");
            try (IpcServer ignored = IpcServer.builder("nats:quotes")
                            .transport(serving)
                            .access(AccessPolicy.brokerUsers("bob"))
                            .service(
                                    "who",
                                    request -> ValueSet.of(
                                            "user", request.caller().user().orElse("none")))
                            .start();
                    IpcConnection quotes =
                            IpcClient.builder("nats:quotes").transport(calling).connect()) {
                assertThat(quotes.request("who", ValueSet.empty()).getString("user"))
                        .isEqualTo("bob");
                assertThat(quotes.peer().evidence()).isEqualTo(PeerIdentity.Evidence.BROKER);
                assertThat(quotes.peer().user()).contains("quotes-svc");
                assertThat(calling.endpoints()).hasToString("[nats:quotes]");
            }
            fails(
                    IpcStatus.ACCESS_DENIED,
                    "valise.c.quotes.*",
                    () -> IpcServer.builder("nats:quotes")
                            .transport(calling)
                            .access(AccessPolicy.anyone())
                            .start());
            fails(
                    IpcStatus.ACCESS_DENIED,
                    "ipc nats permissions",
                    () -> IpcClient.builder("nats:orders").transport(calling).connect());
        }
    }

    @Test
    void noUserTakesAnothersName() throws IOException {
        try (NatsServer broker = NatsServer.with(configuration())) {
            NatsTransport pretending = new NatsTransport(NatsOptions.builder(broker.url())
                    .user("bob", "secret-2")
                    .name("quotes-svc")
                    .build());
            fails(
                    IpcStatus.ACCESS_DENIED,
                    "valise.l.quotes-svc.",
                    () -> IpcClient.builder("nats:quotes").transport(pretending).connect());
        }
    }
}
