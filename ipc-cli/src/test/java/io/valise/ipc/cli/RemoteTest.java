package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcServer;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testkit.process.FreePort;
import io.valise.ipc.testkit.rule.InFullRun;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ipc list}, {@code services} and {@code top} with {@code --remote}, and {@code doctor}, as processes at a broker. */
@ExtendWith(HangWatchdog.class)
class RemoteTest {
    private static final String NO_ONE = "authorization { users: [ {user: ann, password: a, permissions: {"
            + " publish: { allow: [\"valise.l.*.>\"] }, subscribe: { allow: [\"valise.l.ann.>\"] } } } ] }";

    private static final String CLEARS = "\u001b[H\u001b[2J";
    private static final String CTRL_C = "\u0003";
    /** The exit status of a process that SIGINT has ended, as a shell has it. */
    private static final int INTERRUPTED = 130;

    @RegisterExtension
    final OwnHome own = new OwnHome();

    private static CommandRun run(String url, String command) throws IOException, InterruptedException {
        return run(Map.of("VALISE_NATS_URL", url, "COMPUTERNAME", "here"), command);
    }

    private static CommandRun run(Map<String, String> variables, String command)
            throws IOException, InterruptedException {
        try (ForkedIpc ipc = ForkedIpc.start(variables, command.split(" "))) {
            ipc.process().getOutputStream().close();
            return ipc.end();
        }
    }

    /** On a machine of that name: COMPUTERNAME is asked first. */
    private static ForkedIpc serve(Broker broker, String host, String words) throws IOException {
        Map<String, String> variables = new HashMap<>(broker.variables());
        variables.put("COMPUTERNAME", host);
        ForkedIpc server = ForkedIpc.start(variables, ("serve --until-eof " + words).split(" "));
        assertThat(server.nextLine()).startsWith("serving ");
        return server;
    }

    private static List<String> rows(JsonNode all, String... members) {
        List<String> rows = new ArrayList<>();
        for (JsonNode each : all) {
            List<String> cells = new ArrayList<>();
            for (String member : members) {
                JsonNode value = each.path(member);
                cells.add(value.isArray() ? value.toString() : value.asText());
            }
            rows.add(String.join(" ", cells));
        }
        return rows;
    }

    @Test
    void everyServerOfANameIsShownWithItsHost() throws Exception {
        try (Broker broker = Broker.start();
                ForkedIpc both = serve(broker, "here", "nats:quotes pipe:quotes --anyone");
                ForkedIpc there = serve(broker, "there", "nats:quotes --anyone");
                ForkedIpc again = serve(broker, "there", "nats:quotes --anyone")) {
            assertThat(both.nextLine()).isEqualTo("serving pipe:quotes");
            String url = broker.variables().get("VALISE_NATS_URL");
            long[] pids = {
                both.process().pid(), there.process().pid(), again.process().pid()
            };

            CommandRun list = run(url, "list --remote --json --timeout 60s");
            assertThat(list.status()).as(list.err()).isZero();
            assertThat(list.err()).isEmpty();
            assertThat(rows(list.json().get("servers"), "endpoint", "host", "pid", "connections"))
                    .containsExactlyInAnyOrder(
                            "pipe:quotes here " + pids[0] + " 0",
                            "nats:quotes here " + pids[0] + " 0",
                            "nats:quotes there " + pids[1] + " 0",
                            "nats:quotes there " + pids[2] + " 0");

            CommandRun services = run(url, "services echo --remote --json --timeout 60s");
            assertThat(rows(services.json().get("services"), "name", "host", "pid", "addresses"))
                    .containsExactlyInAnyOrder(
                            "quotes here " + pids[0] + " [\"pipe:quotes\",\"nats:quotes\"]",
                            "quotes there " + pids[1] + " [\"nats:quotes\"]",
                            "quotes there " + pids[2] + " [\"nats:quotes\"]");
        }
    }

    @Test
    void topTellsServersOfANameApart() throws Exception {
        try (Broker broker = Broker.start();
                ForkedIpc one = serve(broker, "here", "nats:quotes --anyone");
                ForkedIpc other = serve(broker, "there", "nats:quotes --anyone")) {
            CommandRun top = run(broker.variables().get("VALISE_NATS_URL"), "top --once --remote --json --timeout 60s");
            assertThat(rows(top.json().get("servers"), "host", "pid", "requestsPerSecond"))
                    .containsExactlyInAnyOrder(
                            "here " + one.process().pid() + " 0",
                            "there " + other.process().pid() + " 0");
        }
    }

    @Test
    void tablesHaveAColumnOfHostsIfAsked() throws Exception {
        try (Broker broker = Broker.start();
                IpcServer local = IpcServer.builder("pipe:quotes").start();
                ForkedIpc there = serve(broker, "there", "nats:quotes --anyone")) {
            assertThat(local.isOpen()).isTrue();
            String url = broker.variables().get("VALISE_NATS_URL");
            long pid = there.process().pid();
            assertThat(run(url, "list --remote --timeout 20s").out())
                    .startsWith("ENDPOINT     HOST ")
                    .containsPattern("(?m)^nats:quotes  there +ipc serve +" + pid + " ");
            assertThat(run(url, "services --remote --timeout 20s").out())
                    .startsWith("NAME    STATE  HOST ")
                    .containsPattern("(?m)^quotes +alive +there +" + pid + " +nats:quotes +echo$");
            assertThat(run(url, "top --once --remote --timeout 20s").out())
                    .containsPattern("^APPLICATION +HOST +PID ")
                    .containsPattern("(?m)^ipc serve +there +" + pid + " ");
            assertThat(run(url, "list --timeout 20s").out())
                    .contains("pipe:quotes")
                    .doesNotContain("HOST", "nats:");
        }
    }

    /** A client here can have it started all the same. */
    @Test
    void aServerElsewhereDoesNotHideThatOneCanBeStartedHere() throws Exception {
        Path manifest = ManifestFolder.of("services").create().resolve("remotely.json");
        Files.writeString(
                manifest, "{\"name\": \"remotely\", \"command\": [\"/bin/false\"], \"services\": [\"echo\"]}");
        try (Broker broker = Broker.start();
                ForkedIpc there = serve(broker, "there", "nats:remotely --anyone")) {
            assertThat(there.process().isAlive()).isTrue();
            CommandRun services =
                    run(broker.variables().get("VALISE_NATS_URL"), "services echo --remote --json --timeout 20s");
            assertThat(rows(services.json().get("services"), "name", "state", "host"))
                    .containsExactly("remotely alive there", "remotely startable ");
        } finally {
            Files.delete(manifest);
        }
    }

    @Test
    void aServerThatRefusesAndAnAnswerThatIsNoneHideNoOther() throws Exception {
        assertThat(CommandRun.of("identity", "make", "remotely/quotes").status())
                .isZero();
        try (Broker broker = Broker.start();
                ForkedIpc refuses = serve(broker, "far", "nats:own --identity remotely/quotes");
                ForkedIpc answers = serve(broker, "far", "nats:all --anyone")) {
            String url = broker.variables().get("VALISE_NATS_URL");
            assertThat(refuses.process().isAlive() && answers.process().isAlive())
                    .isTrue();
            try (Connection nonsense = Nats.connect(url)) {
                nonsense.createDispatcher(question -> nonsense.publish(
                                question.getReplyTo(),
                                ("\u001b[2J\n../x\nghost " + "0".repeat(32)).getBytes(StandardCharsets.US_ASCII)))
                        .subscribe("valise.s.*");
                nonsense.flush(Duration.ofSeconds(20));
                CommandRun list = run(url, "list --remote --timeout 20s");
                assertThat(list.status()).as(list.err()).isZero();
                assertThat(list.out().lines().skip(1))
                        .satisfiesExactly(
                                all -> assertThat(all).startsWith("nats:all ").contains(" far "),
                                ghost -> assertThat(ghost)
                                        .matches("nats:ghost +\\? +\\(does not answer: ENDPOINT_NOT_FOUND\\)"),
                                mine -> assertThat(mine)
                                        .matches("nats:own +far +\\(does not answer: ACCESS_DENIED\\)"));
            }
        }
    }

    /** Those here are asked by the same identity. */
    @Test
    @MayLog("refused: ")
    void serversThatAdmitAPublisherAreListedForItsApplications() throws Exception {
        AppIdentity quotes = AppIdentity.open("acme", "quotes");
        AppIdentity.open("other", "reader");
        try (Broker broker = Broker.start();
                IpcServer here = IpcServer.builder("pipe:own", "loopback:own")
                        .identity(quotes)
                        .access(AccessPolicy.publishers(quotes.publisherId()))
                        .service("price", request -> request.message())
                        .start();
                ForkedIpc there = serve(broker, "far", "nats:own --identity acme/quotes")) {
            assertThat(here.isOpen() && there.process().isAlive()).isTrue();
            String url = broker.variables().get("VALISE_NATS_URL");
            for (String other : List.of("", " --identity other/reader")) {
                CommandRun refused = run(url, "list --remote --json --timeout 20s" + other);
                assertThat(refused.status()).as(refused.err()).isZero();
                assertThat(rows(refused.json().get("servers"), "endpoint", "problem", "services"))
                        .containsExactlyInAnyOrder(
                                "pipe:own ACCESS_DENIED ", "loopback:own ACCESS_DENIED ", "nats:own ACCESS_DENIED ");
            }
            CommandRun admitted = run(url, "list --remote --json --timeout 20s --identity acme/reader");
            assertThat(admitted.status()).as(admitted.err()).isZero();
            assertThat(rows(admitted.json().get("servers"), "endpoint", "problem", "services"))
                    .containsExactlyInAnyOrder(
                            "pipe:own  [\"price\"]", "loopback:own  [\"price\"]", "nats:own  [\"echo\"]");
        }
    }

    @Test
    @InFullRun("it runs the command five times")
    void servicesAndTopAskByAnIdentityToo() throws Exception {
        AppIdentity.open("acme", "quotes");
        try (Broker broker = Broker.start();
                ForkedIpc there = serve(broker, "far", "nats:own --identity acme/quotes")) {
            String url = broker.variables().get("VALISE_NATS_URL");
            long pid = there.process().pid();
            assertThat(run(url, "services echo --remote --timeout 20s").out()).startsWith("Nothing is running here");
            assertThat(run(url, "services echo --remote --timeout 20s --identity acme/reader")
                            .out())
                    .containsPattern("(?m)^own +alive +far +" + pid + " +nats:own +echo$");
            assertThat(run(url, "top --once --remote --timeout 20s").out())
                    .contains("nats:own (does not answer: ACCESS_DENIED)");
            assertThat(run(url, "top --once --remote --timeout 20s --identity acme/reader")
                            .out())
                    .containsPattern("(?m)^ipc serve +far +" + pid + " .* nats:own$");
        }
    }

    /** Every attempt to connect stays in the backlog of a socket that no one else knows. */
    @Test
    void withoutTheOptionNothingLeavesThisMachine() throws Exception {
        try (ServerSocketChannel broker =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            broker.configureBlocking(false);
            String url = "nats://127.0.0.1:" + ((InetSocketAddress) broker.getLocalAddress()).getPort();
            for (String command : List.of("list", "services", "top --once")) {
                assertThat(run(url, command).status()).as(command).isZero();
            }
            assertThat(broker.accept()).isNull();
            broker.configureBlocking(true);
            try (ForkedIpc remote =
                    ForkedIpc.start(Map.of("VALISE_NATS_URL", url), "list", "--remote", "--timeout", "20s")) {
                broker.accept().close();
                broker.close();
                CommandRun run = remote.end();
                assertThat(run.status()).isEqualTo(1);
                assertThat(run.err()).startsWith("ipc: other machines are not listed: ");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "services", "top --once"})
    void whereThereIsNoBrokerTheServersHereAreListedAllTheSame(String command) throws Exception {
        try (IpcServer server = IpcServer.builder("pipe:here").start()) {
            assertThat(server.isOpen()).isTrue();
            CommandRun run = run("nats://127.0.0.1:" + FreePort.find(), command + " --remote --timeout 20s");
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.out()).contains("pipe:here");
            assertThat(run.err())
                    .startsWith(
                            "ipc: other machines are not listed: ENDPOINT_NOT_FOUND: NATS broker at nats://127.0.0.1:")
                    .contains("start one (nats-server -p 4222)")
                    .hasLineCount(1);
        }
    }

    @Test
    void topSaysOnceWhatIsMissing() throws Exception {
        CommandRun run = run("nats://127.0.0.1:" + FreePort.find(), "top -n 3 --interval 100ms --remote --timeout 20s");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out().lines().filter(line -> line.startsWith("APPLICATION")))
                .hasSize(3);
        assertThat(run.err()).hasLineCount(1);
    }

    /** It draws each table on a cleared screen, as without the option. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @EnabledOnOs(value = OS.LINUX, disabledReason = "script(1) of others has other options")
    @InFullRun("it draws for seconds")
    void topOnATerminalGoesOnUntilItIsInterrupted(boolean remote) throws Exception {
        try (Broker broker = Broker.start();
                IpcServer local = IpcServer.builder("pipe:quotes").start();
                ForkedIpc there = serve(broker, "there", "nats:quotes --anyone");
                ForkedIpc top = ForkedIpc.onTerminal(
                        broker.variables(),
                        ("top --interval 100ms --timeout 20s" + (remote ? " --remote" : "")).split(" "))) {
            assertThat(local.isOpen()).isTrue();
            for (int tables = 0; tables < 3; tables++) {
                List<String> table = nextTable(top);
                assertThat(table.get(0)).matches(clearedHeading(remote ? "HOST +PID" : "PID"));
                assertThat(table).anyMatch(row -> row.endsWith(" pipe:quotes"));
                assertThat(table.stream().filter(row -> row.endsWith(" nats:quotes")))
                        .hasSize(remote ? 1 : 0)
                        .allMatch(row -> row.matches(
                                "ipc serve +there +" + there.process().pid() + " .*"));
            }
            top.type(CTRL_C);
            assertThat(top.end().status()).isEqualTo(INTERRUPTED);
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "script(1) of others has other options")
    void topOnATerminalSaysUnderEachTableWhatIsMissing() throws Exception {
        try (IpcServer local = IpcServer.builder("pipe:quotes").start();
                ForkedIpc top = ForkedIpc.onTerminal(
                        Map.of("VALISE_NATS_URL", "nats://127.0.0.1:" + FreePort.find()),
                        "top -n 2 --interval 100ms --remote --timeout 20s".split(" "))) {
            assertThat(local.isOpen()).isTrue();
            for (int tables = 0; tables < 2; tables++) {
                assertThat(nextTable(top))
                        .satisfiesExactly(
                                heading -> assertThat(heading).matches(clearedHeading("HOST +PID")),
                                here -> assertThat(here).endsWith(" pipe:quotes"),
                                missing -> assertThat(missing)
                                        .startsWith("other machines are not listed: ENDPOINT_NOT_FOUND: NATS broker"));
            }
            CommandRun end = top.end();
            assertThat(end.status()).isEqualTo(1);
            assertThat(end.out()).isEmpty();
        }
    }

    private static String clearedHeading(String columns) {
        return Pattern.quote(CLEARS) + "APPLICATION +" + columns + " .*";
    }

    /** The lines until the empty one behind it. */
    private static List<String> nextTable(ForkedIpc top) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = top.nextLine(); !line.isEmpty(); line = top.nextLine()) {
            assertThat(line).as("output that has ended after " + lines).isNotEqualTo("null");
            lines.add(line);
        }
        return lines;
    }

    @Test
    void whatTheBrokerRefusesIsSaid() throws Exception {
        try (Broker broker = Broker.with(NO_ONE)) {
            String url = broker.variables().get("VALISE_NATS_URL");
            CommandRun wrong = run(url, "list --remote --timeout 20s");
            assertThat(wrong.status()).isEqualTo(1);
            assertThat(wrong.err()).startsWith("ipc: other machines are not listed: AUTHENTICATION_FAILED: ");
            CommandRun denied = run(url.replace("//", "//ann:a@"), "list --remote --json --timeout 20s");
            assertThat(denied.status()).isEqualTo(1);
            assertThat(denied.err())
                    .startsWith("ipc: other machines are not listed: ACCESS_DENIED: ")
                    .contains("valise.s.ann", "ipc nats permissions");
            assertThat(denied.json().get("servers")).isEmpty();

            CommandRun refused = run(url, "doctor");
            assertThat(refused.status()).isZero();
            assertThat(refused.out())
                    .contains("✗ nats      AUTHENTICATION_FAILED: ", "none are given: give a user and a password")
                    .contains("! nats: reaches no other machine: AUTHENTICATION_FAILED");
            CommandRun limited = run(url.replace("//", "//ann:a@"), "doctor");
            assertThat(limited.out())
                    .contains("ann may not list servers, and may not serve names: see `ipc nats permissions`");
        }
    }

    @Test
    void withoutABrokerThatIsConfiguredTheOptionSaysHow() throws Exception {
        CommandRun run = run("", "list --remote");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).startsWith("No server of this user is running.");
        assertThat(run.err())
                .contains("UNSUPPORTED: no NATS broker is configured: set valise.nats.url or VALISE_NATS_URL");
    }

    @Test
    void servicesSayWhereNothingWasFound() throws Exception {
        CommandRun unlisted = run("nats://127.0.0.1:" + FreePort.find(), "services --remote --timeout 20s");
        assertThat(unlisted.status()).isEqualTo(1);
        assertThat(unlisted.out()).startsWith("Nothing is running here, and no manifest ");
        try (Broker broker = Broker.start()) {
            CommandRun listed = run(broker.variables().get("VALISE_NATS_URL"), "services --remote --timeout 20s");
            assertThat(listed.status()).as(listed.err()).isZero();
            assertThat(listed.out()).startsWith("Nothing is running here or on other machines, and no manifest ");
        }
    }

    @Test
    void theDoctorWarnsOfAnAddressThatIsNone() throws Exception {
        CommandRun doctor = run("http://127.0.0.1:4222", "doctor --json");
        JsonNode network = doctor.json().get("networks").get(0);
        assertThat(network.get("configured").booleanValue()).isTrue();
        assertThat(network.get("works").booleanValue()).isFalse();
        assertThat(network.get("status").textValue()).isEqualTo("UNSUPPORTED");
        assertThat(doctor.json().get("warnings").toString()).contains("nats: reaches no other machine: ");
    }

    @Test
    void theDoctorTriesABrokerWithoutServers() throws Exception {
        try (Broker broker = Broker.start()) {
            String url = broker.variables().get("VALISE_NATS_URL");
            assertThat(run(url, "list --remote --timeout 20s"))
                    .extracting(CommandRun::status, CommandRun::out)
                    .containsExactly(
                            0, "No server here or on other machines is running. One to try: ipc serve any:hello");
            assertThat(run(url, "doctor").out())
                    .containsPattern("✓ nats      by NATS at " + url + ": version [0-9.]+[^,]*, round trip [0-9.,]+ µs,"
                            + " messages up to 1.0 MiB; this process may list servers, and serve names");
            JsonNode network = run(url, "doctor --json").json().get("networks").get(0);
            assertThat(new TreeSet<>(List.of("works", "configured", "mayList", "mayServe")))
                    .allMatch(member -> network.get(member).booleanValue());
            assertThat(network.get("roundTripMicros").doubleValue()).isPositive();
            assertThat(network.get("version").textValue()).isNotEmpty();
        }
    }

    @Test
    void theDoctorSaysWhatIsWrongWithTheBroker() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            JsonNode hangs = run("nats://127.0.0.1:" + silent.getLocalPort(), "doctor --json")
                    .json();
            assertThat(hangs.get("ok").booleanValue()).isTrue();
            assertThat(hangs.get("networks").get(0).get("works").booleanValue()).isFalse();
            assertThat(hangs.get("networks").get(0).get("status").textValue()).isEqualTo("TIMEOUT");
            assertThat(hangs.get("warnings").toString()).contains("see whether it hangs");
        }
        JsonNode absent = run("", "doctor --json").json();
        assertThat(absent.get("networks").get(0).get("configured").booleanValue())
                .isFalse();
        assertThat(absent.get("warnings").toString()).doesNotContain("nats");
    }
}
