package io.valise.ipc.services.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.manifest.Manifests;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceCatalogTest {
    private final ServiceCatalog catalog = ServiceCatalog.ofThisUser().waiting(Duration.ofSeconds(20));

    @BeforeEach
    void hideOtherServers() {
        assertThat(TestHome.path()).isDirectory();
        Manifests.clear("services");
    }

    @AfterEach
    void endServers() {
        ForkedJvm.killAll();
        Manifests.clear("services");
    }

    @Test
    void findsAServerOfAnotherProcessByEveryTransportFastestFirst() {
        ForkedJvm server = serve("price", "loopback:quotes", "pipe:quotes", "shm:quotes");

        List<ServerStatus> found = catalog.find("price");

        assertThat(found)
                .extracting(status -> status.endpoint().toString())
                .containsExactly("shm:quotes", "pipe:quotes", "loopback:quotes");
        assertThat(found).allSatisfy(status -> {
            assertThat(status.pid()).isEqualTo(Optional.of(server.pid()));
            assertThat(status.services()).containsExactly("price");
            assertThat(status.application()).contains("CatalogServer");
            assertThat(status.connections()).as("without those of the catalog").isZero();
        });
    }

    @Test
    void tellsServersApartByWhatTheyOffer() {
        serve("price", "pipe:quotes");
        serve("order", "pipe:orders");

        assertThat(catalog.list())
                .extracting(status -> status.endpoint().toString())
                .containsExactly("pipe:orders", "pipe:quotes");
        assertThat(catalog.find("order"))
                .extracting(status -> status.endpoint().name())
                .containsExactly("orders");
        assertThat(catalog.find("nothing")).isEmpty();
    }

    @Test
    void forgetsAServerThatWasKilled() {
        ForkedJvm server = serve("price", "shm:quotes", "pipe:quotes", "loopback:quotes");
        assertThat(catalog.list()).hasSize(3);

        server.kill();

        assertThat(catalog.list()).noneMatch(ServerStatus::answers);
        assertThat(catalog.find("price")).isEmpty();
    }

    @Test
    void showsWhatCouldBeStartedUntilItRunsAndManifestsThatAreNone() {
        Manifests.write(
                "services",
                "orders",
                ValueSet.builder()
                        .put("name", "orders")
                        .put("command", new String[] {"orders"})
                        .put("endpoints", new String[] {"pipe:orders"})
                        .put("services", new String[] {"order"})
                        .build());
        Manifests.write("services", "notes", "nothing");
        assertThat(catalog.find("order")).singleElement().satisfies(found -> {
            assertThat(found.state()).isEqualTo(ServerStatus.State.STARTABLE);
            assertThat(found.endpoint()).hasToString("pipe:orders");
            assertThat(found.answers()).isFalse();
            assertThat(found.toValueSet().getString("state")).isEqualTo("startable");
        });
        assertThat(catalog.list()).anySatisfy(found -> {
            assertThat(found.state()).isEqualTo(ServerStatus.State.SILENT);
            assertThat(found.problem()).contains("services/notes.json: line 1");
        });
        assertThat(catalog.running()).isEmpty();

        serve("order", "shm:orders");

        assertThat(catalog.find("order")).singleElement().satisfies(found -> {
            assertThat(found.state()).isEqualTo(ServerStatus.State.ALIVE);
            assertThat(found.endpoint()).hasToString("shm:orders");
        });
    }

    @Test
    void aManifestThatIsNoneHidesNoOther() throws IOException {
        Manifests.write("services", "good", "{\"name\": \"good\", \"command\": [\"/bin/true\"]}");
        Manifests.write(
                "services", "huge", "{\"name\": \"huge\", \"command\": [\"x\"], \"idleSeconds\": 1e99999999999}");
        Files.write(Manifests.write("services", "latin", ""), new byte[] {'{', '"', (byte) 0xe9, '"', '}'});
        Files.createSymbolicLink(Manifests.home().resolve("services/loop.json"), Path.of("loop.json"));

        List<ServerStatus> found = catalog.list();

        assertThat(found)
                .extracting(status -> status.endpoint().name())
                .containsExactly("good", "huge", "latin", "loop");
        assertThat(found)
                .filteredOn(status -> status.state() == ServerStatus.State.STARTABLE)
                .hasSize(1);
        assertThat(found)
                .filteredOn(status -> status.state() == ServerStatus.State.SILENT)
                .extracting(ServerStatus::problem)
                .satisfiesExactly(
                        problem -> assertThat(problem).contains("huge.json: line 1, column 51: expected an exponent"),
                        problem -> assertThat(problem).contains("latin.json: line 1, column 3: expected UTF-8"),
                        problem -> assertThat(problem).contains("loop.json: expected a regular file"));
    }

    @Test
    void aFolderWithForeignFilesIsListedAllTheSame() throws IOException {
        serve("price", "pipe:quotes", "shm:quotes");
        for (String folder : List.of("pipe", "shm")) {
            Path foreign = TestHome.path().resolve(folder).resolve("not a name");
            Path marker = TestHome.path().resolve(folder).resolve(".at-");
            Files.writeString(marker, "nothing");
            try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                socket.bind(UnixDomainSocketAddress.of(foreign));
                assertThat(catalog.find("price")).hasSize(2);
                serve("order", folder + ":orders").kill();
                assertThat(foreign).exists();
            } finally {
                Files.delete(foreign);
                Files.delete(marker);
            }
        }
    }

    @Test
    void aServerWithAWrongAnswerIsListedBesideTheOthers() throws IOException {
        serve("price", "pipe:quotes");
        try (ForeignServer foreign =
                ForeignServer.at("foreign", ValueSet.of("application", 5, "services", List.of("price")))) {
            assertThat(catalog.find("price")).hasSize(2).anySatisfy(status -> {
                assertThat(status.endpoint()).hasToString("pipe:foreign");
                assertThat(status.problem()).contains("key \"application\": wanted=STRING, found=INT32 5");
            });
            assertThat(foreign.asked()).isPositive();
        }
        try (ForeignServer garbage = ForeignServer.garbage("foreign")) {
            assertThat(catalog.running()).hasSize(2).anySatisfy(status -> {
                assertThat(status.endpoint()).hasToString("pipe:foreign");
                assertThat(status.problem()).isEqualTo("PROTOCOL_ERROR");
            });
            assertThat(garbage.asked()).isPositive();
        }
    }

    @Test
    void waitsForAsLongAsCanBeCounted() {
        try (IpcServer server = IpcServer.builder("pipe:patient").start()) {
            ServiceCatalog patient = catalog.waiting(ChronoUnit.FOREVER.getDuration());
            assertThat(patient.running()).extracting(ServerStatus::endpoint).isEqualTo(server.endpoints());
        }
    }

    @Test
    @MayLog("refused: ")
    void asksAsAnApplication() {
        AppIdentity quotes = AppIdentity.open("catalog", "quotes");
        AppIdentity reader = AppIdentity.open("catalog", "reader");
        AppIdentity other = AppIdentity.open("elsewhere", "reader");
        try (IpcServer server = IpcServer.builder("pipe:own", "shm:own", "loopback:own")
                .identity(quotes)
                .access(AccessPolicy.applications(reader.id()))
                .service("price", request -> request.message())
                .start()) {
            assertThat(server.isOpen()).isTrue();
            ServiceCatalog known = catalog.withIdentity(other).withIdentity(reader);
            ServiceCatalog more = known.withSystemWide().measuringLatency().waiting(Duration.ofSeconds(19));
            for (ServiceCatalog asking : List.of(known, more)) {
                assertThat(asking.find("price")).hasSize(3).allMatch(ServerStatus::answers);
            }
            for (ServiceCatalog asking : List.of(catalog, known.withIdentity(other))) {
                assertThat(asking.running())
                        .hasSize(3)
                        .allMatch(status -> status.state() == ServerStatus.State.SILENT)
                        .allMatch(status -> status.problem().equals("ACCESS_DENIED"));
            }
        }
        assertThatNullPointerException().isThrownBy(() -> catalog.withIdentity(null));
    }

    @Test
    void refusesToWaitForNoTime() {
        assertThatThrownBy(() -> catalog.waiting(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be positive, actual=PT0S");
    }

    private static ForkedJvm serve(String... arguments) {
        ForkedJvm server = ForkedJvm.start(CatalogServer.class, arguments);
        assertThat(server.ask("endpoints")).isNotEmpty();
        return server;
    }
}
