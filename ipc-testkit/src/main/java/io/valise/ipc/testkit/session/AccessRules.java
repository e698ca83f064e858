package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.RequestHandler;
import io.valise.ipc.StreamHandler;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.LogLines;
import io.valise.ipc.testlog.MayLog;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A: which peers may call which services. */
@MayLog({"refused: ", "the access policy failed"})
public abstract class AccessRules extends SessionRules {
    private final AtomicInteger ran = new AtomicInteger();

    private final RequestHandler secret = request -> {
        ran.incrementAndGet();
        return EMPTY;
    };

    private final StreamHandler secrets = request -> {
        ran.incrementAndGet();
        return TestSource.of(1);
    };

    protected AccessRules(Candidate candidate) {
        super(candidate);
    }

    private IpcConnection client(AccessPolicy policy) {
        return connect(serve(builder -> builder.access(policy).service("secret", secret).stream("secrets", secrets)));
    }

    private void denied(IpcConnection client) {
        IpcException e = failsWith(IpcStatus.ACCESS_DENIED, () -> client.request("secret", EMPTY));
        assertThat(e.delivery()).isEqualTo(Delivery.REJECTED);
        assertThat(e.getMessage()).doesNotContain("because", "confidential");
        failsWith(IpcStatus.ACCESS_DENIED, () -> get(client.requestAsync("secret", EMPTY)));
        TestSink sink = new TestSink();
        client.stream("secrets", EMPTY).subscribe(sink);
        failsWith(IpcStatus.ACCESS_DENIED, () -> {
            sink.request(1);
            return get(sink.ended());
        });
        assertThat(ran).hasValue(0);
    }

    @Test
    void A01_deniedCallerLearnsNoReasonAndRunsNothing() {
        IpcConnection client = client((caller, service) -> !service.startsWith("secret"));
        denied(client);
        echoes(client, 3);
    }

    @Test
    void A02_policyIsAskedPerCall() {
        Set<String> allowed = ConcurrentHashMap.newKeySet();
        BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        IpcConnection client = client((caller, service) -> {
            asked.add(service);
            return allowed.contains(service);
        });
        denied(client);
        allowed.add("secret");
        assertThat(client.request("secret", EMPTY)).isEqualTo(EMPTY);
        allowed.remove("secret");
        failsWith(IpcStatus.ACCESS_DENIED, () -> client.request("secret", EMPTY));
        assertThat(ran).hasValue(1);
        assertThat(asked).contains("secret", "secrets").hasSize(5);
    }

    @Test
    void A03_policyThatThrowsDenies() {
        for (Throwable failure :
                List.of(new IllegalStateException("confidential"), new AssertionError("confidential"))) {
            denied(client((caller, service) -> {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) failure;
            }));
        }
    }

    @Test
    void A04_deniedEventIsDropped() throws Exception {
        BlockingQueue<ValueSet> heard = new LinkedBlockingQueue<>();
        IpcConnection client = connect(serve(builder -> builder.access((caller, name) -> !name.equals("forbidden"))
                .onEvent("forbidden", event -> heard.add(EMPTY))
                .onEvent("tick", event -> heard.add(event.message()))));
        client.send("forbidden", ValueSet.of("n", 0));
        client.send("tick", ValueSet.of("n", 1));
        assertThat(take(heard)).isEqualTo(ValueSet.of("n", 1));
        assertThat(client.isOpen()).isTrue();
    }

    @Test
    void A05_sameUserIsAllowedByDefault() {
        assumeTrue(candidate.provesSameUser(), "no peer is proved to be the same user");
        IpcConnection client = connect(serve(builder -> builder.service("secret", secret)));
        client.request("secret", EMPTY);
        assertThat(ran).hasValue(1);
    }

    @Test
    void A05_orNoServerStartsWithoutAPolicyAndNoPeerIsTheSameUser() {
        assumeFalse(candidate.provesSameUser(), "the same user is allowed");
        Endpoint address = address();
        IpcServer.Builder silent = IpcServer.builder(address).transport(transport);
        assertThat(failsWith(IpcStatus.ACCESS_DENIED, silent::start).delivery()).isEqualTo(Delivery.NOT_SENT);
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address));
        denied(client(AccessPolicy.sameUser()));
        IpcServer server = serve(builder -> builder);
        closing(IpcClient.builder(server.endpoints().get(0)).transport(transport).service("secret", secret).stream(
                        "secrets", secrets)
                .connect());
        denied(only(server));
    }

    @Test
    void A06_policyKnowsTheCaller() {
        BlockingQueue<PeerIdentity> callers = new LinkedBlockingQueue<>();
        IpcConnection client = client((caller, service) -> callers.add(caller));
        client.request("secret", EMPTY);
        assertThat(callers).first().satisfies(caller -> {
            assertThat(caller.sameUser()).isEqualTo(candidate.provesSameUser());
            assertThat(caller.user().isPresent()).isEqualTo(caller.evidence() != PeerIdentity.Evidence.NONE);
            assertThat(caller.pid()).hasValue(ProcessHandle.current().pid());
        });
    }

    @Test
    void A07_policiesCombine() {
        AccessPolicy yes = AccessPolicy.anyone();
        AccessPolicy no = AccessPolicy.nobody();
        AccessPolicy mine = mine();
        for (AccessPolicy allowing : List.of(
                yes, mine, yes.and(mine), no.or(mine), mine.or(no), no.or(yes).and(mine))) {
            assertThat(client(allowing).request("secret", EMPTY)).isEqualTo(EMPTY);
        }
        ran.set(0);
        for (AccessPolicy denying :
                List.of(no, no.or(no), mine.and(no), no.and(mine), yes.and(no).or(no))) {
            denied(client(denying));
        }
    }

    @Test
    void A08_everyRefusalIsALineOfTheAuditLogWithItsReason() throws Exception {
        IpcServer server =
                serve(builder -> builder.access((caller, name) -> !name.equals("forbidden") && !name.equals("secret"))
                        .service("secret", request -> EMPTY)
                        .onEvent("forbidden", event -> ran.incrementAndGet()));
        IpcConnection client = connect(server);
        try (LogLines audit = LogLines.audit(server.endpoints().get(0))) {
            failsWith(IpcStatus.ACCESS_DENIED, () -> client.request("secret", EMPTY));
            assertThat(audit.next()).contains("what=use secret", "because=the policy does not allow it");
            client.send("forbidden", EMPTY);
            assertThat(audit.next()).contains("what=use forbidden", "who=");
            echoes(client, 1);
            assertThat(audit.rest()).isEmpty();
            assertThat(ran).hasValue(0);
        }
    }

    @Test
    void A09_clientsPolicyGuardsWhatTheClientOffers() throws Exception {
        BlockingQueue<ValueSet> heard = new LinkedBlockingQueue<>();
        IpcServer server = serve(builder -> builder);
        connect(
                server,
                options -> options
                        .access((caller, name) -> name.equals("open") || name.equals("tick"))
                        .service("open", request -> request.message())
                        .service("secret", secret)
                        .stream("secrets", secrets)
                        .onEvent("forbidden", event -> heard.add(EMPTY))
                        .onEvent("tick", event -> heard.add(event.message())));
        IpcConnection client = only(server);
        denied(client);
        assertThat(client.request("open", ValueSet.of("n", 1))).isEqualTo(ValueSet.of("n", 1));
        client.send("forbidden", ValueSet.of("n", 0));
        client.send("tick", ValueSet.of("n", 1));
        assertThat(take(heard)).isEqualTo(ValueSet.of("n", 1));
    }

    @Test
    void A10_clientInAnotherProcessRefusesByItsOwnPolicy() {
        assumeTrue(candidate.betweenProcesses(), "this transport stays within the process");
        IpcServer server = serve(builder -> builder.requestTimeout(LONG));
        ForkedJvm client =
                closing(ForkedJvm.start(SessionPeer.class, transport.getClass().getName()));
        client.ask("forbid", "never");
        client.ask("connect", server.endpoints().get(0));
        IpcConnection connection = only(server);
        IpcException e = failsWith(IpcStatus.ACCESS_DENIED, () -> connection.request("never", EMPTY));
        assertThat(e.delivery()).isEqualTo(Delivery.REJECTED);
        echoes(connection, 3);
    }
}
