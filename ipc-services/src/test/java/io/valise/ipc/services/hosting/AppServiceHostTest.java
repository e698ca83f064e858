package io.valise.ipc.services.hosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.catalog.ServiceCatalog;
import io.valise.ipc.services.manifest.Manifests;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testlog.MayLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a service serves, for how long, and what it is told at the end. */
@ExtendWith(HangWatchdog.class)
@MayLog("failed to hear that it stops")
class AppServiceHostTest {
    @BeforeEach
    void moveIn() {
        Manifests.clear(ServiceManifest.FOLDER);
    }

    @AfterEach
    void moveOut() {
        Manifests.clear(ServiceManifest.FOLDER);
    }

    @Test
    void theSameServiceObjectServesInItsCallersProcess() {
        AppService quotes = QuotesProgram.service();
        try (AppServiceHost host = AppServiceHost.inThisProcess("quotes", quotes);
                IpcConnection client = IpcClient.connect("local:quotes")) {
            assertThat(host.endpoints()).hasToString("[local:quotes]");
            assertThat(client.request("pid", ValueSet.empty()).getLong("pid"))
                    .isEqualTo(ProcessHandle.current().pid());
            assertThat(client.request("later", ValueSet.empty())).isEqualTo(client.request("pid", ValueSet.empty()));
            assertThat(host.server().connections()).hasSize(1);
        }
    }

    @Test
    void servesItsManifestAndTellsTheServiceThatItIsUnused() throws Exception {
        Manifests.write(
                ServiceManifest.FOLDER,
                "brief",
                "{\"name\": \"brief\", \"command\": [\"x\"], \"endpoints\": [\"pipe:brief\"], \"idleSeconds\": 0.05}");
        Told told = new Told();
        AppServiceHost host = AppServiceHost.start("brief", told);

        assertThat(host.endpoints()).hasToString("[pipe:brief]");
        IpcClient.connect("pipe:brief").close();
        assertThat(host.awaitStopped()).isEqualTo(StopReason.IDLE);
        host.close();
        assertThat(told.reasons).containsExactly(StopReason.IDLE);
        assertThatThrownBy(() -> IpcClient.connect("pipe:brief")).isInstanceOf(IpcException.class);
    }

    @Test
    void aClientThatLeavesBeforeTheStartHasReturnedIsTheLastOne() throws Exception {
        Manifests.write(
                ServiceManifest.FOLDER,
                "hasty",
                "{\"name\": \"hasty\", \"command\": [\"x\"], \"endpoints\": [\"pipe:hasty\", \"late:hasty\"],"
                        + " \"idleSeconds\": 0.01}");
        CountDownLatch left = new CountDownLatch(1);
        AppServiceHost host = AppServiceHost.start(
                "hasty",
                server -> server.onDisconnect((connection, reason) -> left.countDown())
                        .transport(new LateTransport(() -> {
                            IpcClient.connect("pipe:hasty").close();
                            left.await();
                            LockSupport.parkNanos(100_000_000); // the idle time passes before there is a server to ask
                            return null;
                        })));
        assertThat(host.awaitStopped()).isEqualTo(StopReason.IDLE);
    }

    @Test
    void readerOfTheListKeepsNoServerAlive() {
        Manifests.write(
                ServiceManifest.FOLDER,
                "watched",
                "{\"name\": \"watched\", \"command\": [\"x\"], \"endpoints\": [\"pipe:watched\"], \"idleSeconds\": 0.5}");
        AppServiceHost host = AppServiceHost.start("watched", new Told());
        CompletableFuture<StopReason> stopped = CompletableFuture.supplyAsync(() -> reasonOf(host));
        try (IpcConnection user = IpcClient.connect("pipe:watched")) {
            user.request("nothing", ValueSet.empty());
        }
        do { // as `ipc top` does
            ServiceCatalog.ofThisUser().running();
        } while (!stopped.isDone());
        assertThat(stopped.join()).isEqualTo(StopReason.IDLE);
    }

    private static StopReason reasonOf(AppServiceHost host) {
        try {
            return host.awaitStopped();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void closingEndsItOnceAndAServiceThatThrowsDoesNotKeepIt() throws Exception {
        Told told = new Told() {
            @Override
            public void stopping(StopReason reason) {
                super.stopping(reason);
                throw new IllegalStateException("on purpose");
            }
        };
        AppServiceHost host = AppServiceHost.start("byhand", told);
        host.close();
        host.close();
        assertThat(host.awaitStopped()).isEqualTo(StopReason.CLOSED);
        assertThat(told.reasons).containsExactly(StopReason.CLOSED);
    }

    @Test
    void aProcessThatIsToldToEndTellsItsService() {
        try (ForkedJvm program = ForkedJvm.start(Manifests.OPTIONS, TerminatedProgram.class)) {
            assertThat(program.hear()).isEqualTo("serving");
            ProcessHandle.of(program.pid()).orElseThrow().destroy();
            assertThat(program.hear()).isEqualTo("TERMINATING");
            program.awaitExit();
        }
    }

    @Test
    void withoutAManifestItServesEverywhereUntilTold() {
        HostingTerms terms = HostingTerms.ofThisProcess("quotes");
        assertThat(terms).isEqualTo(HostingTerms.forEver("quotes", "any:quotes"));
        assertThat(terms.beforeUse()).isEmpty();
        assertThat(terms.afterUse()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "SHARED,60,PT1M,PT1M",
        "SHARED,1,PT30S,PT1S",
        "PER_CONNECTION,30,PT30S,PT0.2S",
        "PER_CONNECTION,0.1,PT30S,PT0.1S"
    })
    void whatAStarterTellsIsWhatTheProcessHears(
            InstanceMode mode, double idleSeconds, Duration beforeUse, Duration afterUse) {
        ServiceManifest manifest = new ServiceManifest(
                "quotes",
                List.of("x"),
                List.of(io.valise.ipc.Endpoint.parse("pipe:quotes"), io.valise.ipc.Endpoint.parse("shm:quotes")),
                List.of(),
                List.of(),
                mode,
                Duration.ofMillis((long) (idleSeconds * 1000)));
        Map<String, String> environment = new java.util.HashMap<>();
        HostingTerms said = HostingTerms.of(manifest);
        said.tell(environment);

        assertThat(HostingTerms.told("quotes", environment)).contains(said);
        assertThat(said.beforeUse()).contains(beforeUse);
        assertThat(said.afterUse()).contains(afterUse);
        assertThat(HostingTerms.told("orders", environment)).isEmpty();
        assertThat(HostingTerms.told("quote", environment)).isEmpty();
        HostingTerms instance = HostingTerms.of(manifest.instance(0x1a2b3c4d));
        instance.tell(environment);
        boolean hasInstances = mode == InstanceMode.PER_CONNECTION;
        assertThat(HostingTerms.told("quotes", environment))
                .isEqualTo(Optional.of(instance).filter(one -> hasInstances));
        assertThat(instance.logName()).isEqualTo(hasInstances ? "quotes@1a2b3c4d" : "quotes.1a2b3c4d");
        environment.put("VALISE_SERVICE", "quotes.admin");
        assertThat(HostingTerms.told("quotes", environment)).isEmpty();
        assertThat(instance.endpoints()).containsExactly("pipe:quotes.1a2b3c4d", "shm:quotes.1a2b3c4d");
    }

    /** A service that remembers what it was told. */
    private static class Told implements AppService {
        final BlockingQueue<StopReason> reasons = new LinkedBlockingQueue<>();

        @Override
        public void offer(IpcServer.Builder server) {
            server.service("nothing", request -> null);
        }

        @Override
        public void stopping(StopReason reason) {
            reasons.add(reason);
        }
    }
}
