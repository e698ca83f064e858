package io.valise.ipc.services.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testlog.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SubmissionPublisher;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What recordings of the Java Flight Recorder have of Valise; with the example of docs/flight-recorder.md. No text of 16
 * characters or more is asserted: where recordings follow each other in one JVM, Java 17 may lose it from its pool of texts.
 */
@ExtendWith(HangWatchdog.class)
class FlightRecorderTest {
    private static final ValueSet MESSAGE = ValueSet.of("n", 1);

    private static IpcServer.Builder server(String address) {
        return IpcServer.builder(address)
                .access((caller, service) -> !service.equals("denied"))
                .service("echo", request -> request.message())
                .service("denied", request -> request.message())
                .stream("items", request -> subscriber -> {
            SubmissionPublisher<ValueSet> items = new SubmissionPublisher<>(Runnable::run, 4);
            items.subscribe(subscriber);
            items.submit(request.message());
            items.close();
        });
    }

    @Test
    @Logs("what=use denied")
    void bothProcessesRecordTheSameCalls() throws Exception {
        Recorded recorded = Recorded.begin("ServerCall", "Refusal", "Connection");
        List<RecordedEvent> events;
        long client;
        CompletableFuture<Void> gone = new CompletableFuture<>();
        try (IpcServer server = server("shm:recorded")
                        .onDisconnect((connection, reason) -> gone.complete(null))
                        .start();
                ForkedJvm process = ForkedJvm.start(RecordedClient.class, "shm:recorded")) {
            client = process.pid();
            assertThat(server.endpoints()).hasSize(1);
            String here = " shm:recorded with " + ProcessHandle.current().pid();
            assertThat(process.ask("calls").split("; "))
                    .containsExactlyInAnyOrder(
                            "io.valise.Call REQUEST echo OK" + here,
                            "io.valise.Call REQUEST echo OK" + here,
                            "io.valise.Call REQUEST denied ACCESS_DENIED" + here,
                            "io.valise.Call STREAM items OK" + here,
                            "io.valise.Call EVENT told OK" + here);
            gone.join();
        } finally {
            events = recorded.end();
        }
        String there = " shm:recorded with " + client;
        assertThat(named(events, "ServerCall"))
                .extracting(Recorded::call)
                .containsExactlyInAnyOrder(
                        "io.valise.ServerCall REQUEST echo OK" + there,
                        "io.valise.ServerCall REQUEST echo OK" + there,
                        "io.valise.ServerCall REQUEST denied ACCESS_DENIED" + there,
                        "io.valise.ServerCall STREAM items OK" + there);
        assertThat(named(events, "Refusal"))
                .extracting(refused -> refused.getString("service") + ' ' + refused.getString("status") + ", "
                        + refused.getString("reason"))
                .containsExactly("denied ACCESS_DENIED, access denied");
        assertThat(named(events, "Connection"))
                .extracting(connection -> connection.getBoolean("open") + " " + connection.getBoolean("server") + " "
                        + connection.getBoolean("byPeer"))
                .containsExactly("true true false", "false true true");
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals("io.valise." + name))
                .toList();
    }

    /** The second request is read after the first one's handler has been passed over. */
    @Test
    void aHandlerThatBlocksIsAStall() throws IOException {
        CountDownLatch release = new CountDownLatch(1);
        Recorded recorded = Recorded.begin("Stall");
        try (IpcServer server = server("shm:stalled")
                        .service("block", request -> {
                            release.await();
                            return ValueSet.empty();
                        })
                        .start();
                IpcConnection connection = IpcClient.connect("shm:stalled")) {
            assertThat(server.endpoints()).hasSize(1);
            CompletableFuture<ValueSet> blocked = connection.requestAsync("block", MESSAGE);
            assertThat(connection.request("echo", MESSAGE)).isEqualTo(MESSAGE);
            release.countDown();
            assertThat(blocked.join()).isEqualTo(ValueSet.empty());
        } finally {
            release.countDown();
        }
        assertThat(recorded.end())
                .extracting(event -> event.getEventType().getName() + ' ' + event.getString("service"))
                .contains("io.valise.Stall block");
    }

    /** The server handles no event and reads no further when enough of them wait. */
    @Test
    void aSenderThatWaitsForRoomIsRecorded() throws IOException {
        CountDownLatch release = new CountDownLatch(1);
        Recorded recorded = Recorded.begin("RingFull");
        try (IpcServer server = IpcServer.builder("shm:full")
                        .onEvent("told", event -> release.await())
                        .start();
                IpcConnection connection = IpcClient.builder("shm:full")
                        .requestTimeout(Duration.ofSeconds(1))
                        .connect()) {
            assertThat(server.endpoints()).hasSize(1);
            ValueSet much = ValueSet.of("bytes", new byte[1 << 20]);
            assertThatThrownBy(() -> IntStream.range(0, 1000).forEach(n -> connection.send("told", much)))
                    .isInstanceOf(IpcException.class);
        } finally {
            release.countDown();
        }
        assertThat(recorded.end()).isNotEmpty().allSatisfy(event -> {
            assertThat(event.getEventType().getName()).isEqualTo("io.valise.RingFull");
            assertThat(event.getStackTrace()).isNotNull();
            assertThat(event.getLong("peerProcess"))
                    .isEqualTo(ProcessHandle.current().pid());
        });
    }

    @Test
    void aRecordingThatDoesNotAskForCallsHasNone() throws IOException {
        Recorded recorded = Recorded.begin("Connection");
        try (IpcServer server = server("local:unasked").start();
                IpcConnection connection = IpcClient.connect("local:unasked")) {
            assertThat(server.endpoints()).hasSize(1);
            connection.request("echo", MESSAGE);
        }
        assertThat(recorded.end())
                .extracting(event -> event.getEventType().getName())
                .isNotEmpty()
                .containsOnly("io.valise.Connection");
    }

    @Test
    void theExampleOfThePage(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("quotes.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("io.valise.ServerCall").withThreshold(Duration.ZERO);
            recording.start();
            try (IpcServer server = server("local:example").start();
                    IpcConnection connection = IpcClient.connect("local:example")) {
                assertThat(server.endpoints()).hasSize(1);
                connection.request("echo", MESSAGE);
            }
            recording.stop();
            recording.dump(file);
        }
        assertThat(Files.size(file)).isPositive();
        List<String> lines = new ArrayList<>();
        try (RecordingFile recording = new RecordingFile(file)) {
            while (recording.hasMoreEvents()) {
                RecordedEvent event = recording.readEvent();
                if (event.getEventType().getName().equals("io.valise.ServerCall")) {
                    lines.add(event.getString("service") + " " + event.getString("status") + " "
                            + event.getString("peerApplication") + " " + event.getDuration());
                }
            }
        }
        assertThat(lines).singleElement().asString().startsWith("echo OK ");
    }
}
