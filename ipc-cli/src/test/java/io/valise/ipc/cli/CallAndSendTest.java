package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.valise.ipc.Event;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testlog.MayLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ipc call} and {@code ipc send} against a server in this process, on every transport. */
@ExtendWith(HangWatchdog.class)
class CallAndSendTest {
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private IpcServer server;

    @BeforeEach
    void serve() {
        server = IpcServer.builder("any:calls")
                .service("echo", request -> request.message())
                .service(
                        "type-of-n",
                        request ->
                                ValueSet.of("type", request.message().type("n").toString()))
                .service("times", request -> ValueSet.of("at", java.time.Instant.EPOCH))
                .service("refuse", request -> {
                    throw new IpcException(IpcStatus.TYPE_MISMATCH, "key \"n\": wanted=INT64, found=INT32");
                })
                .service("escape", request -> {
                    throw new IpcException(IpcStatus.UNSUPPORTED, "a\u001b[2J\u009b2J\u2028b\nipc: c");
                })
                .service("fail", request -> {
                    throw new IllegalStateException("out of coffee");
                })
                .onEvent("note", events::add)
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"shm:calls", "pipe:calls", "loopback:calls", "local:calls", "any:calls"})
    void aCallPrintsItsReply(String endpoint) {
        CommandRun run = CommandRun.of("call", endpoint, "echo", "{\"a\": [1, 2], \"b\": {\"c\": null}}", "--json");
        assertThat(run).isEqualTo(new CommandRun(0, "{\"a\":[1,2],\"b\":{\"c\":null}}" + System.lineSeparator(), ""));
    }

    @Test
    void controlCharactersOfARefusalReachNoTerminal() {
        assertThat(CommandRun.of("call", "local:calls", "escape").err().lines())
                .first()
                .asString()
                .contains("UNSUPPORTED: a\\u001b[2J\\u009b2J\\u2028b\\u000aipc: c");
    }

    @Test
    void withoutAMessageAnEmptyOneIsSent() {
        assertThat(CommandRun.of("call", "local:calls", "echo").json()).isEmpty();
    }

    @Test
    void peopleGetLines() {
        CommandRun run = CommandRun.of("call", "local:calls", "echo", "{\"a\":1,\"b\":2}");
        assertThat(run.out().lines()).containsExactly("{", "  \"a\": 1,", "  \"b\": 2", "}");
    }

    @Test
    void typesCanBeSaidAndSeen() {
        CommandRun said =
                CommandRun.of("call", "local:calls", "type-of-n", "{\"n\": {\"$type\": \"uint16\", \"value\": 7}}");
        assertThat(said.json().get("type").textValue()).isEqualTo("UINT16");
        JsonNode plain = CommandRun.of("call", "local:calls", "times").json();
        assertThat(plain.get("at").textValue()).isEqualTo("1970-01-01T00:00:00Z");
        JsonNode typed =
                CommandRun.of("call", "local:calls", "times", "--typed").json();
        assertThat(typed.get("at").get("$type").textValue()).isEqualTo("instant");
    }

    @Test
    void theMessageMayComeFromAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("message.json"), "{\"from\": \"파일\"}");
        CommandRun run = CommandRun.of("call", "local:calls", "echo", "@" + file);
        assertThat(run.json().get("from").textValue()).isEqualTo("파일");
        CommandRun missing = CommandRun.of("call", "local:calls", "echo", "@" + folder.resolve("none"));
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).contains("cannot read the message from @").doesNotContain("\tat ");
    }

    @Test
    void theMessageMayComeFromStandardInput() {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream("{\"from\": \"stdin\"}".getBytes(StandardCharsets.UTF_8)));
        try {
            CommandRun run = CommandRun.of("call", "local:calls", "echo", "-");
            assertThat(run.json().get("from").textValue()).isEqualTo("stdin");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void badJsonIsWrongUsageAndSaysWhere() {
        CommandRun run = CommandRun.of("call", "local:calls", "echo", "{\"a\": }");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("ipc: JSON: line 1, column 7: ").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shm:absent", "pipe:absent", "loopback:absent", "local:absent", "any:absent"})
    void aMissingServerIsSaidWithWhatToDo(String endpoint) {
        CommandRun run = CommandRun.of("call", endpoint, "echo");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("ipc: ENDPOINT_NOT_FOUND: ")
                .contains("absent")
                .contains("ipc list");
        assertThat(run.err()).hasLineCount(2);
    }

    @Test
    @MayLog("out of coffee")
    void statusesOfTheServerReachTheTerminal() {
        assertFails("ipc: SERVICE_NOT_FOUND: ", CommandRun.of("call", "local:calls", "none"));
        assertFails("ipc: TYPE_MISMATCH: key \"n\"", CommandRun.of("call", "local:calls", "refuse"));
        assertFails("ipc: HANDLER_FAILED: ", CommandRun.of("call", "local:calls", "fail"));
        assertThat(CommandRun.of("call", "local:calls", "fail").err()).contains("out of coffee");
    }

    private static void assertFails(String beginning, CommandRun run) {
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith(beginning).doesNotContain("\tat ");
    }

    @Test
    void onlyVerboseShowsTheStack() {
        assertThat(CommandRun.of("call", "local:calls", "none", "--verbose").err())
                .contains("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shm:calls", "pipe:calls", "loopback:calls", "local:calls"})
    void anEventArrivesBeforeSendReturns(String endpoint) throws InterruptedException {
        CommandRun run = CommandRun.of("send", endpoint, "note", "{\"text\": \"hello\"}");
        assertThat(run).isEqualTo(new CommandRun(0, "", ""));
        Event event = events.poll(10, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        assertThat(event.message()).isEqualTo(ValueSet.of("text", "hello"));
    }
}
