package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.catalog.ServerStatus;
import io.valise.ipc.services.catalog.ServiceCatalog;
import io.valise.ipc.services.hosting.ServiceManifest;
import io.valise.ipc.services.manifest.Manifests;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Variants;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** Objects that are made by the names of their classes, and running objects that are found by theirs, among processes. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class ObjectActivationTest {
    private static final ServiceCatalog CATALOG = ServiceCatalog.ofThisUser().waiting(Duration.ofSeconds(20));

    private static ForkedJvm one;
    private static ForkedJvm other;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startClients() {
        Manifests.home();
        one = ForkedJvm.start(Manifests.OPTIONS, ActivationClient.class);
        other = ForkedJvm.start(Manifests.OPTIONS, ActivationClient.class);
    }

    @AfterAll
    static void endClients() {
        one.close();
        other.close();
    }

    /** Those too that a test did not get to know. */
    @AfterEach
    void endServers() throws IOException {
        Manifests.clear(ServiceManifest.FOLDER);
        try (DirectoryStream<Path> starts = Files.newDirectoryStream(folder, "*.starts")) {
            for (Path file : starts) {
                Files.readAllLines(file).forEach(ObjectActivationTest::end);
            }
        }
    }

    /** A process id alone may be another process's by now. */
    private static void end(String start) {
        String[] words = start.split(" ", 2);
        ProcessHandle.of(Long.parseLong(words[0]))
                .filter(process -> SheetProgram.startOf(process).equals(words[1]))
                .ifPresent(process -> {
                    process.destroyForcibly();
                    process.onExit().join();
                });
    }

    @ParameterizedTest
    @Variants({"loopback", "shm", "pipe"})
    void ofAllThatMakeObjectsOfAClassAtOnceOneStartsItsProcess(String scheme) throws IOException {
        String name = "sheets-" + scheme;
        declare(name, scheme + ':' + name, SheetProgram.CLASS);

        CompletableFuture<String> first =
                CompletableFuture.supplyAsync(() -> one.ask("createMany", SheetProgram.CLASS));
        CompletableFuture<String> second =
                CompletableFuture.supplyAsync(() -> other.ask("createMany", SheetProgram.CLASS));

        long server = Long.parseLong(first.join().replaceAll("[\\[\\]]", ""));
        assertThat(second.join()).isEqualTo("[" + server + ']');
        assertThat(starts(name)).isOne();
        assertThat(one.ask("create", SheetProgram.CLASS)).isEqualTo(String.valueOf(server));
        assertThat(other.ask("create", SheetProgram.CLASS)).isEqualTo(String.valueOf(server));
        assertThat(one.ask("add", 5)).isEqualTo("5");
        assertThat(other.ask("add", 1)).as("an object of its own").isEqualTo("1");
        one.ask("reset");
        assertThat(one.ask("add", 2)).isEqualTo("2");
        assertThat(CATALOG.find("class:" + SheetProgram.CLASS))
                .extracting(ServerStatus::endpoint, ServerStatus::state, ServerStatus::pid)
                .containsExactly(
                        tuple(Endpoint.parse(scheme + ':' + name), ServerStatus.State.ALIVE, Optional.of(server)));

        ProcessHandle process = ProcessHandle.of(server).orElseThrow();
        process.destroyForcibly();
        process.onExit().join();
        assertThatThrownBy(() -> one.ask("add", 1)).hasMessageContaining("PEER_DIED");
        long next = Long.parseLong(one.ask("create", SheetProgram.CLASS));
        assertThat(next).isNotEqualTo(server);
        assertThat(starts(name)).isEqualTo(2);
        assertThat(one.ask("add", 3)).isEqualTo("3");
    }

    @Test
    void anInstanceForEachConnectionIsAProcessForEachActivator() {
        Manifests.write(
                ServiceManifest.FOLDER,
                "single",
                ValueSet.of(
                        "name",
                        "single",
                        "command",
                        Manifests.java(
                                SheetProgram.class, "single", file("single").toString()),
                        "classes",
                        new String[] {SheetProgram.CLASS},
                        "instances",
                        "per-connection"));
        long first = Long.parseLong(one.ask("create", SheetProgram.CLASS));
        assertThat(Long.parseLong(other.ask("create", SheetProgram.CLASS))).isNotEqualTo(first);
        assertThat(one.ask("create", SheetProgram.CLASS)).isEqualTo(String.valueOf(first));
    }

    @Test
    void aClassThatCouldBeServedIsInTheCatalog() {
        declare("sheets", "any:sheets", SheetProgram.CLASS);
        assertThat(CATALOG.find("class:" + SheetProgram.CLASS))
                .extracting(ServerStatus::state)
                .containsExactly(ServerStatus.State.STARTABLE);
    }

    @Test
    void whatCannotBeMadeIsSaid() {
        try (ObjectActivator objects = ObjectActivator.open(client -> client.connectTimeout(Duration.ofMinutes(1)))) {
            fails(objects, "acme.Unknown", IpcStatus.ENDPOINT_NOT_FOUND, "class acme.Unknown: no manifest declares it");
            declare("sheets", "any:sheets", SheetProgram.CLASS, "acme.Chart");
            fails(objects, "acme.Chart", IpcStatus.SERVICE_NOT_FOUND, "class:acme.Chart");
            Sheet made = objects.create(SheetProgram.CLASS, Sheet.class);
            assertThatThrownBy(() -> objects.create(SheetProgram.CLASS, Counters.class))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED))
                    .hasMessageContaining(Counters.class.getName());
            Manifests.write(ServiceManifest.FOLDER, "broken", "{");
            assertThat(objects.create(SheetProgram.CLASS, Sheet.class).add(1)).isOne();
            fails(objects, "acme.Unknown", IpcStatus.PROTOCOL_ERROR, "broken.json");
            declare("copies", "any:copies", SheetProgram.CLASS);
            fails(objects, SheetProgram.CLASS, IpcStatus.ENDPOINT_NOT_FOUND, "limit=1 manifest that declares it");
            assertThatThrownBy(() -> objects.create("no class", Sheet.class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("actual=\"no class\"");
            objects.close();
            assertThatThrownBy(made::process).hasMessageContaining("CONNECTION_CLOSED");
            Manifests.clear(ServiceManifest.FOLDER);
            declare("sheets", "any:sheets", SheetProgram.CLASS);
            fails(objects, SheetProgram.CLASS, IpcStatus.CONNECTION_CLOSED, "closed here");
        }
    }

    private static void fails(ObjectActivator objects, String className, IpcStatus status, String reason) {
        assertThatThrownBy(() -> objects.create(className, Sheet.class))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(status))
                .hasMessageContaining(reason);
    }

    @Test
    void aManifestWithWhatIsNoClassIsMalformed() {
        declare("sheets", "any:sheets", "no class");
        assertThatThrownBy(() -> ServiceManifest.find("sheets"))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("sheets.json: \"classes\": name of a class: expected ")
                .hasMessageContaining("actual=\"no class\"");
    }

    @Test
    void aRunningObjectIsFoundByItsNameUntilItIsTakenOffOrItsProcessIsKilled() {
        String name = "/home/ann/budget-June.sheet";
        assertThat(one.ask("running", name)).isEqualTo("none");
        try (ForkedJvm owner = ForkedJvm.start(Manifests.OPTIONS, ActivationClient.class)) {
            owner.ask("register", name);
            assertThat(one.ask("running", name)).isEqualTo(String.valueOf(owner.pid()));
            assertThat(other.ask("running", name)).isEqualTo(String.valueOf(owner.pid()));
            assertThat(one.ask("add", 5)).isEqualTo("5");
            assertThat(other.ask("add", 1)).as("the same object").isEqualTo("6");
            assertThatThrownBy(() -> other.ask("register", name))
                    .hasMessageContaining("ADDRESS_IN_USE: running object \"" + name + "\": limit=1");
            assertThat(CATALOG.find("running:" + name))
                    .isNotEmpty()
                    .allSatisfy(server -> assertThat(server.pid()).contains(owner.pid()))
                    .allSatisfy(server ->
                            assertThat(server.endpoint().name()).startsWith("object.me_ann_budget-June.sheet."));

            owner.kill();
            assertThat(one.ask("running", name)).isEqualTo("none");
        }
        other.ask("register", name);
        assertThat(one.ask("running", name)).isEqualTo(String.valueOf(other.pid()));
        other.ask("unregister", name);
        assertThat(one.ask("running", name)).isEqualTo("none");
    }

    @Test
    void ofTwoProcessesThatRegisterANameAtOnceOneGetsIt() {
        for (int round = 0; round < 20; round++) {
            String name = "raced-" + round;
            CompletableFuture<Boolean> first = CompletableFuture.supplyAsync(() -> registers(one, name));
            CompletableFuture<Boolean> second = CompletableFuture.supplyAsync(() -> registers(other, name));
            assertThat(Stream.of(first, second).filter(CompletableFuture::join).count())
                    .isOne();
            ForkedJvm owner = first.join() ? one : other;
            assertThat((first.join() ? other : one).ask("running", name)).isEqualTo(String.valueOf(owner.pid()));
            owner.ask("unregister", name);
        }
    }

    private static boolean registers(ForkedJvm process, String name) {
        try {
            process.ask("register", name);
            return true;
        } catch (RuntimeException | AssertionError e) {
            assertThat(e).hasMessageContaining("ADDRESS_IN_USE");
            return false;
        }
    }

    @Test
    void aRunningObjectIsReachedByEachTransport() {
        try (RunningObject running = RunningObject.register("reached", Sheet.class, new SheetProgram.MemorySheet())) {
            assertThat(running.server().endpoints())
                    .extracting(Endpoint::scheme)
                    .contains("shm", "pipe", "loopback");
            long sum = 0;
            for (Endpoint address : running.server().endpoints()) {
                try (IpcConnection connection = IpcClient.builder(address).connect()) {
                    Sheet sheet = RemoteObjects.of(connection).given("running:" + running.name(), Sheet.class);
                    assertThat(sheet.add(1)).isEqualTo(++sum);
                    assertThatThrownBy(() -> connection.request("running:reached", ValueSet.empty()))
                            .hasMessageContaining("expected=the name of an interface");
                }
            }
        }
    }

    /** No call tells how much an activator remembers. */
    @Test
    void anActivatorRemembersTheServersThatItIsConnectedToAlone() {
        try (ObjectActivator objects = ObjectActivator.open()) {
            for (int i = 0; i < 5; i++) {
                assertThat(objects.running("absent-" + i, Sheet.class)).isEmpty();
            }
            assertThat(objects.servers()).isZero();
            CompletableFuture<?> ended;
            try (RunningObject running =
                    RunningObject.register("present", Sheet.class, new SheetProgram.MemorySheet())) {
                assertThat(objects.running("present", Sheet.class)).isPresent();
                assertThat(objects.running("present", Sheet.class)).isPresent();
                assertThat(objects.servers()).isOne();
                ended = running.server().connections().get(0).closed().toCompletableFuture();
            }
            ended.join();
            assertThat(objects.running("present", Sheet.class)).isEmpty();
            assertThat(objects.servers()).isZero();
        }
    }

    @Test
    void namesHaveLimits() {
        try (ObjectActivator objects = ObjectActivator.open()) {
            for (String name : List.of("", "é".repeat(121))) {
                assertThatThrownBy(() -> objects.running(name, Sheet.class))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("limit=1 to 240 bytes of UTF-8");
            }
            assertThat(objects.running("é".repeat(120), Sheet.class)).isEmpty();
        }
        assertThatThrownBy(() -> RemoteObjects.exportClass("a", Sheet.class, SheetProgram.MemorySheet::new)
                        .andClass("a", Sheet.class, SheetProgram.MemorySheet::new))
                .hasMessage("class:a: exported already");
    }

    private void declare(String name, String address, String... classes) {
        Manifests.write(
                ServiceManifest.FOLDER,
                name,
                ValueSet.builder()
                        .put("name", name)
                        .put(
                                "command",
                                Manifests.java(
                                        SheetProgram.class, name, file(name).toString()))
                        .put("endpoints", new String[] {address})
                        .put("classes", classes)
                        .build());
    }

    private Path file(String name) {
        return folder.resolve(name + ".starts");
    }

    private long starts(String name) throws IOException {
        return Files.readAllLines(file(name)).size();
    }
}
