package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.LogLines;
import io.valise.ipc.testlog.MayLog;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** I: which application the peer is, and what it was granted. */
@MayLog("refused: ")
public abstract class IdentityRules extends SessionRules {
    private static final String CAPABILITY = "quotes.read";

    private final AppIdentity owner = AppIdentity.open("owner", "quotes");
    private final AppIdentity reader = AppIdentity.open("acme", "reader");

    protected IdentityRules(Candidate candidate) {
        super(candidate);
    }

    private IpcServer serve(AccessPolicy policy) {
        return serve(builder -> builder.identity(owner).access(policy).service("secret", request -> EMPTY));
    }

    private CapabilityGrant grant(Instant expires) {
        return CapabilityGrant.issue(owner, CAPABILITY, reader.id(), expires);
    }

    private static Instant later() {
        return Instant.now().plus(Duration.ofHours(1));
    }

    @Test
    void I01_bothEndsKnowWhichApplicationTheOtherHasProvedToBe() {
        IpcServer server = serve(AccessPolicy.anyone());
        IpcConnection client = connect(server, builder -> builder.identity(reader));
        assertThat(client.peer().applicationId()).contains(owner.id());
        assertThat(only(server).peer().applicationId()).contains(reader.id());
        assertThat(only(server).peer().grants()).isEmpty();
        echoes(client, 3);
    }

    @Test
    void I02_endWithoutAnIdentityConnectsAndProvesNone() {
        IpcServer server = serve(AccessPolicy.applications(reader.id()));
        IpcConnection client = connect(server);
        assertThat(client.peer().applicationId()).isEmpty();
        assertThat(only(server).peer().applicationId()).isEmpty();
        failsWith(IpcStatus.ACCESS_DENIED, () -> client.request("secret", EMPTY));
        IpcServer undeclared = serve(builder -> builder);
        IpcConnection known = connect(undeclared, builder -> builder.identity(reader));
        assertThat(known.peer().applicationId()).isEmpty();
        assertThat(only(undeclared).peer().applicationId()).contains(reader.id());
        echoes(known, 3);
    }

    @Test
    void I03_policiesTellApplicationsApart() {
        IpcServer server = serve(AccessPolicy.application("acme", "reader")); // I02 has its id
        connect(server, builder -> builder.identity(reader)).request("secret", EMPTY);
        AppIdentity writer = AppIdentity.open("acme", "writer");
        IpcConnection other = connect(server, builder -> builder.identity(writer));
        failsWith(IpcStatus.ACCESS_DENIED, () -> other.request("secret", EMPTY));
        AppIdentity namesake = AppIdentity.open("thief", "reader");
        IpcConnection thief = connect(server, builder -> builder.identity(namesake));
        failsWith(IpcStatus.ACCESS_DENIED, () -> thief.request("secret", EMPTY));
    }

    @Test
    void I04_expiredGrantIsIgnoredAndTheLogSaysWhy() throws Exception {
        IpcServer server = serve(AccessPolicy.requireCapability(CAPABILITY));
        CapabilityGrant expired = grant(Instant.now().minusSeconds(60));
        try (LogLines audit = LogLines.audit(server.endpoints().get(0))) {
            IpcConnection late =
                    connect(server, builder -> builder.identity(reader).grant(expired));
            assertThat(audit.next()).contains(reader.id(), CAPABILITY + ": it expired at");
            failsWith(IpcStatus.ACCESS_DENIED, () -> late.request("secret", EMPTY));
        }
        IpcConnection now = connect(
                server, builder -> builder.identity(reader).grant(expired).grant(grant(later())));
        now.request("secret", EMPTY);
        assertThat(awaitConnections(server, 2))
                .anySatisfy(connection -> assertThat(connection.peer().grants()).containsOnlyKeys(CAPABILITY));
    }

    @Test
    void I05_grantIsGoodForItsApplicationOnlyAndUnchanged() {
        assumeTrue(candidate.betweenProcesses(), "this transport stays within the process");
        IpcServer server = serve(AccessPolicy.requireCapability(CAPABILITY));
        String text = grant(later()).text();
        int signature = text.length() - 2;
        String changed = text.substring(0, signature) + (text.charAt(signature) == '0' ? '1' : '0') + '\n';
        ForkedJvm client =
                closing(ForkedJvm.start(SessionPeer.class, transport.getClass().getName()));
        assertThat(secret(client, server, "reader", text)).isEqualTo("OK");
        assertThat(secret(client, server, "writer", text)).isEqualTo("ACCESS_DENIED");
        assertThat(secret(client, server, "reader", changed)).isEqualTo("ACCESS_DENIED");
        assertThat(secret(client, server, "reader", text)).isEqualTo("OK");
    }

    private static String secret(ForkedJvm client, IpcServer server, String application, String grant) {
        client.ask("identify", "acme", application);
        client.ask("grant", base64(grant));
        client.ask("connect", server.endpoints().get(0));
        return client.ask("status", "secret");
    }

    private static String base64(String grant) {
        return Base64.getEncoder().encodeToString(grant.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void I06_reconnectedClientTalksOnOnlyToTheApplicationThatItHadFound() throws Exception {
        Endpoint address = address();
        AtomicInteger ran = new AtomicInteger();
        IpcServer first = generation(address, builder -> builder.identity(owner), ran);
        IpcConnection client = closing(client(address)
                .identity(reader)
                .reconnect(new ReconnectPolicy(Duration.ofMillis(1), Duration.ofMillis(5), Set.of("secret")))
                .connect());
        client.request("secret", EMPTY);
        first.close();
        AppIdentity namesake = AppIdentity.open("thief", "quotes");
        List<UnaryOperator<IpcServer.Builder>> others =
                List.of(builder -> builder, builder -> builder.identity(namesake), builder -> builder.identity(reader));
        for (UnaryOperator<IpcServer.Builder> other : others) {
            IpcServer impostor = generation(address, other, ran);
            IpcException e = failsWith(IpcStatus.AUTHENTICATION_FAILED, () -> client.request("secret", EMPTY));
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
            assertThat(e).hasMessageContaining(owner.id());
            failsWith(IpcStatus.AUTHENTICATION_FAILED, () -> get(client.requestAsync("secret", EMPTY)));
            impostor.close();
        }
        assertThat(ran).hasValue(1);
        assertThat(client.isOpen()).isTrue();
        generation(address, builder -> builder.identity(owner), ran);
        client.request("secret", EMPTY);
        assertThat(client.peer().applicationId()).contains(owner.id());
        assertThat(ran).hasValue(2);
    }

    private IpcServer generation(Endpoint address, UnaryOperator<IpcServer.Builder> who, AtomicInteger ran) {
        return serve(
                address,
                builder -> who.apply(builder).service("secret", request -> {
                    ran.incrementAndGet();
                    return EMPTY;
                }));
    }

    @Test
    void I07_grantForSeveralApplicationsIsGoodForEachOfThem() {
        IpcServer server = serve(AccessPolicy.requireCapability(CAPABILITY));
        AppIdentity viewer = AppIdentity.open("acme", "viewer");
        CapabilityGrant shared = CapabilityGrant.issue(owner, CAPABILITY, List.of(reader.id(), viewer.id()), later());
        for (AppIdentity named : List.of(reader, viewer)) {
            connect(server, builder -> builder.identity(named).grant(shared)).request("secret", EMPTY);
        }
        AppIdentity writer = AppIdentity.open("acme", "writer");
        IpcConnection other =
                connect(server, builder -> builder.identity(writer).grant(shared));
        failsWith(IpcStatus.ACCESS_DENIED, () -> other.request("secret", EMPTY));
    }

    @Test
    void I08_grantThatAnotherProcessRevokesEndsForOpenConnectionsAndForNewOnes() throws Exception {
        assumeTrue(candidate.betweenProcesses(), "this transport stays within the process");
        IpcServer server = serve(AccessPolicy.requireCapability(CAPABILITY));
        // Of other days than the grants of other rules: two that say the same are one, and it stays revoked.
        String kept = CapabilityGrant.issue(owner, CAPABILITY, reader.id(), later().plus(Duration.ofDays(1)))
                .text();
        String revoked = CapabilityGrant.issue(owner, CAPABILITY, reader.id(), later().plus(Duration.ofDays(2)))
                .text();
        ForkedJvm client =
                closing(ForkedJvm.start(SessionPeer.class, transport.getClass().getName()));
        ForkedJvm administrator =
                closing(ForkedJvm.start(SessionPeer.class, transport.getClass().getName()));
        assertThat(secret(client, server, "reader", revoked)).isEqualTo("OK");
        administrator.ask("identify", "owner", "ipc");
        administrator.ask("revoke", base64(revoked));
        administrator.kill();
        while (client.ask("status", "secret").equals("OK")) {
            assertThat(client.isAlive()).isTrue(); // for a second at most; the watchdog ends what takes longer
        }
        assertThat(client.ask("status", "secret")).isEqualTo("ACCESS_DENIED");
        try (LogLines audit = LogLines.audit(server.endpoints().get(0))) {
            assertThat(secret(client, server, "reader", revoked)).isEqualTo("ACCESS_DENIED");
            assertThat(audit.next())
                    .contains(CAPABILITY + ": grant "
                            + CapabilityGrant.parse(revoked).id() + " was revoked");
        }
        assertThat(secret(client, server, "reader", kept)).isEqualTo("OK");
    }
}
