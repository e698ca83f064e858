package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.loopback.LoopbackManifest;
import io.valise.ipc.spi.runtime.LoopbackRefusal;
import io.valise.ipc.spi.runtime.LoopbackRefusals;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code ipc loopback} and {@code ipc identity}, with servers, clients and a watcher in processes of their own. */
@ExtendWith(HangWatchdog.class)
@MayLog("refused: ")
@DisabledOnOs(OS.WINDOWS)
class LoopbackCommandsTest {
    private static final String ADDRESS = "loopback:quotes";

    @RegisterExtension
    final OwnHome own = new OwnHome();

    private static CommandRun done(String line) {
        CommandRun run = CommandRun.of(line.split(" "));
        assertThat(run.status()).as(line + ": " + run.err()).isZero();
        return run;
    }

    private static CommandRun fails(String line) {
        CommandRun run = CommandRun.of(line.split(" "));
        assertThat(run.status()).as(line).isEqualTo(1);
        return run;
    }

    private static String id(String name) {
        return AppIdentity.open("acme", name).id();
    }

    @Test
    void anIdentityIsMadeShownAndFound() {
        assertThat(fails("identity show acme/quotes").err())
                .contains("publisher \"acme\" has no key; `ipc identity make acme/quotes` makes one");
        assertThat(fails("identity find").err())
                .contains("no application is known; `ipc identity make NAME` makes one");
        assertThat(own.configuration()).doesNotExist();

        JsonNode made = done("identity make acme/quotes --json").json();
        assertThat(made.get("id").asText()).isEqualTo(id("quotes"));
        assertThat(made.get("publisher").asText()).isEqualTo("acme");
        assertThat(Path.of(made.get("keyFile").asText())).exists();
        assertThat(done("identity show " + id("quotes")).out())
                .contains("id                " + id("quotes"), "publisher         acme");
        assertThat(fails("identity show quotes_0000000000000").err())
                .contains("this user has no key of the publisher of quotes_0000000000000");
    }

    @Test
    void applicationsAreFoundInServersManifestsAndGrants() throws Exception {
        done("identity make acme/quotes");
        done("loopback allow acme/quotes --in acme/reader");
        done("grant quotes.read viewer --publisher acme");
        try (ForkedIpc server = ForkedIpc.start("serve", "pipe:quotes", "--identity", "acme/quotes")) {
            assertThat(server.nextLine()).isEqualTo("serving pipe:quotes");
            CommandRun found = done("identity find");
            assertThat(found.out().lines().map(line -> line.replaceAll("\\s\\s+", "|")))
                    .containsExactly(
                            "ID|PUBLISHER|FOUND IN",
                            id("quotes") + "|acme|its loopback manifest, server pipe:quotes (pid "
                                    + server.process().pid() + ")",
                            id("reader") + "|acme|loopback manifest of " + id("quotes"),
                            id("viewer") + "|acme|grant of acme for quotes.read");
        }
        assertThat(done("identity find view --json").json().get("applications")).hasSize(1);
        assertThat(fails("identity find unheard").err()).contains("that has \"unheard\" in its name");
    }

    @Test
    void rulesAndExemptionsAreListedChangedExplainedAndRemoved() throws IOException {
        id("quotes"); // makes the key
        assertThat(done("loopback list").out()).isEqualToIgnoringNewLines("APPLICATION  DIRECTION  PEER  UNTIL");
        assertThat(fails("loopback explain acme/reader acme/quotes").out().lines())
                .containsExactly(
                        "client lacks an out rule for " + id("quotes") + ": ipc loopback allow " + id("reader")
                                + " --out " + id("quotes"),
                        "server lacks an in rule for " + id("reader") + ": ipc loopback allow " + id("quotes")
                                + " --in " + id("reader"));
        done("loopback allow acme/reader --out acme/quotes");
        assertThat(done("loopback allow acme/quotes --in acme/reader --in " + id("viewer"))
                        .out())
                .contains("in         " + id("reader"), id("viewer"));
        assertThat(done("loopback explain acme/reader acme/quotes").out()).isEqualToIgnoringNewLines("allowed");

        assertThat(fails("loopback explain - acme/quotes").out())
                .contains("server lacks an in exemption for a client without an identity: ipc loopback exempt "
                        + id("quotes") + " --in");
        assertThat(done("loopback exempt acme/quotes --in --for 8h").out())
                .contains("in         (without an identity)");
        done("loopback exempt acme/reader --out");
        done("loopback explain - acme/quotes");
        done("loopback explain acme/reader -");
        LoopbackManifest quotes = LoopbackManifest.find(id("quotes")).orElseThrow();
        assertThat(quotes.in().exemptUntil().orElseThrow())
                .isBetween(Instant.now().plusSeconds(7 * 3600), Instant.now().plusSeconds(9 * 3600));
        assertThat(done("loopback list acme/reader").out()).contains("out        (without an identity)", "always");
        assertThat(done("loopback list --json").json().get("manifests")).hasSize(2);

        assertThat(done("loopback remove acme/quotes --private-network --exempt-in")
                        .err())
                .contains("warning: nothing is allowed: " + id("quotes") + " lacks the capability"
                        + " privateNetworkClientServer: ipc loopback allow " + id("quotes") + " --private-network");
        assertThat(fails("loopback explain acme/reader acme/quotes").out())
                .startsWith("server lacks the capability privateNetworkClientServer: ipc loopback allow");
        done("loopback allow acme/quotes --private-network");
        assertThat(fails("loopback remove acme/quotes --in acme/reader --in acme/raeder --out acme/reader --exempt-in")
                        .err())
                .contains(
                        "has no --in " + id("raeder") + ", no --out " + id("reader") + ", no --exempt-in",
                        "nothing was removed; `ipc loopback list " + id("quotes"));
        done("loopback explain acme/reader acme/quotes");
        done("loopback remove acme/quotes --in acme/reader");
        fails("loopback explain acme/reader acme/quotes");
        fails("loopback remove acme/quotes --in acme/reader");
        done("loopback remove acme/quotes --all");
        assertThat(fails("loopback remove acme/quotes --all").err()).contains("there is no loopback manifest of");

        Path file = own.configuration().resolve("loopback").resolve(id("reader") + ".json");
        Files.writeString(file, "{");
        CommandRun damaged = fails("loopback list");
        assertThat(damaged.err()).contains("PROTOCOL_ERROR", file.toString()).doesNotContain("Source:", "`");
        fails("loopback allow acme/reader --private-network");
        done("loopback remove acme/reader --all");
        assertThat(file).doesNotExist();
    }

    /** The way of a person who looks for the rule that is missing, and adds what is shown. */
    @Test
    void aRefusalIsWatchedAndWhatIsShownAllowsIt() throws Exception {
        done("identity make acme/quotes");
        try (ForkedIpc server = ForkedIpc.start("serve", ADDRESS, "--identity", "acme/quotes", "--loopback-rules");
                ForkedIpc killed = ForkedIpc.start("loopback", "watch");
                ForkedIpc watch = ForkedIpc.start("loopback", "watch", "-n", "2")) {
            assertThat(server.nextLine()).isEqualTo("serving " + ADDRESS);
            killed.awaitError("watching");
            killed.close(); // as kill -9: what it leaves does no harm
            watch.awaitError("watching");
            String call = "call " + ADDRESS + " echo --identity acme/reader --loopback-rules";
            CommandRun byItself = fails(call);
            assertThat(byItself.err())
                    .contains("ACCESS_DENIED", "client lacks an out rule for " + id("quotes"), "ipc loopback explain");
            assertThat(watch.nextLine())
                    .contains(ADDRESS, id("reader") + " (pid ", ") refused server " + id("quotes") + ": client lacks");
            done(command(watch.nextLine()));
            CommandRun byServer = fails(call);
            assertThat(byServer.err()).contains("ACCESS_DENIED", "ipc loopback watch");
            assertThat(watch.nextLine())
                    .contains(id("quotes") + " (pid " + server.process().pid() + ") refused client " + id("reader"));
            done(command(watch.nextLine()));
            assertThat(done(call).out()).contains("{");
            assertThat(watch.end().status()).isZero();
            assertThat(fails("call " + ADDRESS + " echo").err()).contains("ACCESS_DENIED");
            assertThat(done("list --timeout 20s").out()).contains(ADDRESS + "  (does not answer: ACCESS_DENIED)");
            assertThat(done("list --timeout 20s --identity acme/reader").out())
                    .containsPattern(
                            ADDRESS + " +ipc serve +" + server.process().pid() + " .* echo");
            done("loopback exempt acme/quotes --in");
            done("call " + ADDRESS + " echo");
            server.terminate();
            assertThat(server.end().status()).isZero();
        }
    }

    private static String command(String line) {
        assertThat(line).startsWith("  to allow it: ipc ");
        return line.substring("  to allow it: ipc ".length());
    }

    /** No command adds a rule to a file that is damaged. */
    @Test
    void aRefusalForADamagedManifestIsWatchedWithoutACommand() throws Exception {
        done("identity make acme/quotes");
        Path file = own.configuration().resolve("loopback").resolve(id("quotes") + ".json");
        try (ForkedIpc server = ForkedIpc.start("serve", ADDRESS, "--identity", "acme/quotes", "--loopback-rules");
                ForkedIpc watch = ForkedIpc.start("loopback", "watch", "-n", "2");
                ForkedIpc lines = ForkedIpc.start("loopback", "watch", "--json", "-n", "1")) {
            assertThat(server.nextLine()).isEqualTo("serving " + ADDRESS);
            watch.awaitError("watching");
            lines.awaitError("watching");
            done("loopback allow acme/quotes --in acme/reader");
            Files.writeString(file, "{");
            for (int refused = 0; refused < 2; refused++) {
                fails("call " + ADDRESS + " echo --identity acme/reader");
                assertThat(watch.nextLine())
                        .contains("refused client " + id("reader") + ": server cannot read its loopback access rules")
                        .contains(file.toString());
            }
            assertThat(watch.end().status()).isZero();
            assertThat(lines.nextLine())
                    .contains("\"because\":\"server cannot read")
                    .doesNotContain("toAllow");
        }
    }

    @Test
    void anInterruptedWatchLeavesNoFile() throws Exception {
        try (ForkedIpc watch = ForkedIpc.start("loopback", "watch", "--json")) {
            watch.awaitError("watching");
            Path folder = own.runtime().resolve("loopback-watch");
            assertThat(files(folder)).isEqualTo(2);
            watch.terminate();
            watch.end();
            assertThat(files(folder)).isZero();
        }
    }

    /** As of {@code ipc loopback watch | head -1}. */
    @Test
    void aWatchEndsWhenItsReaderHasGone() throws Exception {
        try (ForkedIpc watch = ForkedIpc.start("loopback", "watch")) {
            watch.awaitError("watching");
            watch.process().getInputStream().close();
            LoopbackRefusals.tell(LoopbackRefusal.now(ADDRESS, id("quotes"), true, Optional.empty(), "no rule"));
            assertThat(watch.process().waitFor()).isZero();
            assertThat(files(own.runtime().resolve("loopback-watch"))).isZero();
        }
    }

    private static long files(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> !file.getFileName().toString().startsWith("."))
                    .count();
        }
    }
}
