package io.valise.ipc.services.hosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.manifest.Manifests;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Variants;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;

/** Servers that clients have started, in real processes. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class StartIfAbsentTest {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(40);

    private static ForkedJvm one;
    private static ForkedJvm other;

    private final List<ProcessHandle> servers = new ArrayList<>();

    @BeforeAll
    static void startClients() {
        Manifests.home();
        one = ForkedJvm.start(Manifests.OPTIONS, ClientProgram.class);
        other = ForkedJvm.start(Manifests.OPTIONS, ClientProgram.class);
    }

    @AfterAll
    static void endClients() {
        one.close();
        other.close();
    }

    @AfterEach
    void endServers() {
        servers.forEach(ProcessHandle::destroyForcibly);
        Manifests.clear(ServiceManifest.FOLDER);
    }

    @ParameterizedTest
    @Variants({"shm", "pipe", "loopback"})
    void ofTwoClientsThatRaceBothReachOneProcessWhichEndsWhenTheyHaveGone(String scheme) {
        String name = "raced-" + scheme;
        declare(name, ValueSet.of("endpoints", new String[] {"any:" + name}, "idleSeconds", 1));

        CompletableFuture<ProcessHandle> first = connect(one, scheme + ':' + name);
        CompletableFuture<ProcessHandle> second = connect(other, scheme + ':' + name);

        ProcessHandle server = first.join();
        assertThat(second.join()).isEqualTo(server);
        one.ask("close");
        assertThat(connect(one, "any:" + name).join()).isEqualTo(server);
        one.ask("close");
        other.ask("close");
        assertThat(server.onExit().join().isAlive()).isFalse();
        assertThatThrownBy(() -> IpcClient.connect(scheme + ':' + name)).isInstanceOf(IpcException.class);
    }

    @Test
    void eachConnectionHasAProcessOfItsOwnThatEndsWithIt() {
        declare("single", ValueSet.of("instances", "per-connection", "idleSeconds", 30));

        CompletableFuture<ProcessHandle> first = connect(one, "any:single");
        CompletableFuture<ProcessHandle> second = connect(other, "pipe:single");

        assertThat(first.join()).isNotEqualTo(second.join());
        one.ask("close");
        first.join().onExit().join();
        assertThat(second.join().isAlive()).isTrue();
        other.ask("close");
        second.join().onExit().join();
    }

    /** What a terminal does for Ctrl-C: SIGINT to every process of the foreground process group. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void ctrlCAtTheTerminalOfAClientEndsTheClientAndNotTheServerThatItHadStarted() throws Exception {
        declare("outliving", ValueSet.of("endpoints", new String[] {"pipe:outliving"}, "idleSeconds", 30));
        List<String> command = new ArrayList<>(List.of("/usr/bin/env", "--default-signal=INT", "setsid"));
        command.addAll(List.of(Manifests.java(OneConnection.class, "pipe:outliving")));
        command.add(command.indexOf("-cp"), "-Dvalise.home=" + TestHome.path());
        command.addAll(command.indexOf("-cp"), Manifests.OPTIONS);
        Process client = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            ProcessHandle server = server(Long.parseLong(client.inputReader().readLine()));

            Process kill = new ProcessBuilder("kill", "-INT", "--", "-" + client.pid()).start();

            assertThat(kill.waitFor()).isZero();
            assertThat(client.waitFor()).isEqualTo(128 + 2);
            assertThat(server.isAlive()).isTrue();
            assertThat(connect(one, "pipe:outliving").join()).isEqualTo(server);
            one.ask("close");
        } finally {
            client.destroyForcibly();
        }
    }

    /** A client that has its server started, prints its pid, and stays. */
    static final class OneConnection {
        private OneConnection() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (IpcConnection connection = connect(arguments[0], CONNECT_TIMEOUT)) {
                System.out.println(connection.request("pid", ValueSet.empty()).getLong("pid"));
                connection.closed().toCompletableFuture().join();
            }
        }
    }

    @Test
    void aServerThatWasKilledIsStartedAgainForAConnectionThatDialsAgain() {
        declare("killed", ValueSet.empty());
        try (IpcConnection client = IpcClient.builder("pipe:killed")
                .startIfAbsent(true)
                .connectTimeout(CONNECT_TIMEOUT)
                .requestTimeout(CONNECT_TIMEOUT)
                .reconnect(ReconnectPolicy.standard().idempotent("later"))
                .connect()) {
            ProcessHandle before =
                    server(client.request("pid", ValueSet.empty()).getLong("pid"));
            before.destroyForcibly();
            before.onExit().join();

            ProcessHandle after =
                    server(client.request("later", ValueSet.empty()).getLong("pid"));

            assertThat(after).isNotEqualTo(before);
        }
    }

    @Test
    void aProcessThatEndsBeforeItServesIsReportedWithStatusAndLastLines() {
        declare("broken", "/bin/sh", "-c", "echo first; echo a broken wing >&2; exit 3");

        assertThatThrownBy(() -> connect("any:broken", CONNECT_TIMEOUT))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PEER_DIED))
                .hasMessageContaining("ended with status 3 before it served")
                .hasMessageContaining("first | a broken wing")
                .hasMessageContaining("broken.log");
    }

    @Test
    void aProcessThatNeverServesIsWaitedForAsLongAsConnectingMayTakeAndNoneStartedBesides() {
        declare("silent", "/bin/sleep", "60");

        String pid = pidOf("pipe:silent");

        servers.add(ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
        assertThat(pidOf("any:silent")).isEqualTo(pid);
    }

    private static String timeout(String address) {
        try (IpcConnection none = connect(address, Duration.ofMillis(400))) {
            throw new AssertionError("connected to " + none.endpoint());
        } catch (IpcException e) {
            assertThat(e.status()).isEqualTo(IpcStatus.TIMEOUT);
            return e.reason();
        }
    }

    /** Of the process that is named by the first attempt in whose time it was started. */
    private static String pidOf(String address) {
        String reason;
        do {
            reason = timeout(address);
        } while (!reason.matches("process \\d+ was started.*"));
        return reason.split(" ", 3)[1];
    }

    @Test
    void withoutAManifestThereIsNothingToStart() {
        assertThatThrownBy(() -> connect("pipe:unknown", CONNECT_TIMEOUT))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND))
                .hasMessageContaining("services/unknown.json");
        declare("elsewhere", ValueSet.of("endpoints", new String[] {"pipe:elsewhere"}));
        assertThatThrownBy(() -> connect("shm:elsewhere", CONNECT_TIMEOUT))
                .hasMessageContaining("services/elsewhere.json with that among its endpoints");
    }

    @Test
    void aMissingProgramIsNamedWithTheManifestToCorrect() {
        declare("missing", "/opt/nowhere/quotes");
        assertThatThrownBy(() -> connect("pipe:missing", CONNECT_TIMEOUT))
                .hasMessageContaining("/opt/nowhere/quotes: no such program; correct \"command\" in ")
                .hasMessageContaining("services/missing.json");
        Path file = Manifests.write(ServiceManifest.FOLDER, "notes", "{}");
        declare("locked", file.toString());
        assertThatThrownBy(() -> connect("pipe:locked", CONNECT_TIMEOUT))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                .hasMessageContaining("not executable");
    }

    private static void declare(String name, String... command) {
        Manifests.write(ServiceManifest.FOLDER, name, ValueSet.of("name", name, "command", command));
    }

    private static void declare(String name, ValueSet more) {
        ValueSet manifest = ValueSet.of("name", name, "command", Manifests.java(QuotesProgram.class, name));
        Manifests.write(
                ServiceManifest.FOLDER, name, manifest.toBuilder().putAll(more).build());
    }

    private CompletableFuture<ProcessHandle> connect(ForkedJvm client, String address) {
        return CompletableFuture.supplyAsync(() -> server(Long.parseLong(client.ask("connect", address))));
    }

    private ProcessHandle server(long pid) {
        ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
        synchronized (servers) {
            servers.add(server);
        }
        return server;
    }

    private static IpcConnection connect(String address, Duration timeout) {
        return IpcClient.builder(address)
                .startIfAbsent(true)
                .connectTimeout(timeout)
                .connect();
    }
}
