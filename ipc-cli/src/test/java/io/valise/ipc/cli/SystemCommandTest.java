package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcServer;
import io.valise.ipc.spi.runtime.SystemPlace;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.OtherUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code ipc system}, and what the other commands show of system-wide services. */
@ExtendWith(HangWatchdog.class)
class SystemCommandTest {
    @TempDir
    Path temp;

    private Path place = Path.of("");

    @BeforeEach
    void moveIn() throws IOException {
        OtherUser.assumePossible();
        assumeTrue(SystemPlace.missing().isEmpty(), SystemPlace.missing().orElse(""));
        assertThat(TestHome.path()).isDirectory();
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        place = temp.resolve("place");
        System.setProperty(SystemPlace.PROPERTY, place.toString());
    }

    @AfterEach
    void moveOut() {
        System.clearProperty(SystemPlace.PROPERTY);
    }

    private static CommandRun install(String... options) {
        List<String> all = new ArrayList<>(List.of("system", "install"));
        all.addAll(List.of(options));
        return CommandRun.of(all.toArray(String[]::new));
    }

    @Test
    void installSaysWhatItDoesStatusShowsItAndRemoveTakesItBack() {
        assertThat(CommandRun.of("system", "status").out())
                .isEqualTo("No service for other users is installed in " + place + ".\n");
        String folder = place.resolve("quotes").toString();
        String who = folder + ": only 20001 can serve system:quotes, group 20009 may connect";
        assertThat(install("--service", "quotes", "--user", "20001", "--allow", "20009"))
                .isEqualTo(new CommandRun(
                        0, "made " + place + ", mode 0755: only root can add a service to it\nmade " + who + "\n", ""));
        assertThat(install("--service", "quotes", "--user", "20001", "--allow", "20009"))
                .isEqualTo(new CommandRun(0, "nothing to do, there is " + who + "\n", ""));
        CommandRun other = install("--service", "quotes", "--user", "20002", "--allow-everyone");
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err())
                .startsWith("ipc: ADDRESS_IN_USE: system-wide service quotes: installed already for 20001")
                .contains("remove it first: ipc system remove --service quotes")
                .hasLineCount(1);
        assertThat(CommandRun.of("system", "status").out().lines().toList())
                .anyMatch(line -> line.matches("quotes +20001 +group 20009 +" + folder + " +-"));
        assertThat(CommandRun.of("system", "status", "--json")
                        .json()
                        .get("services")
                        .get(0)
                        .toString())
                .isEqualTo("{\"service\":\"quotes\",\"account\":\"20001\",\"mayConnect\":\"group 20009\",\"folder\":\""
                        + folder + "\",\"servedAt\":[]}");
        assertThat(CommandRun.of("system", "remove", "--service", "quotes"))
                .isEqualTo(new CommandRun(
                        0, "removed " + folder + ", and the place with it: it had no other service\n", ""));
        assertThat(CommandRun.of("system", "remove", "--service", "quotes").err())
                .startsWith("ipc: ENDPOINT_NOT_FOUND: system-wide service quotes: not installed");
    }

    @Test
    void serversAreListedByTheirSystemWideAddresses() {
        assertThat(install("--service", "quotes", "--user", "0", "--allow-everyone")
                        .status())
                .isZero();
        try (IpcServer server = IpcServer.builder("system-pipe:quotes")
                .access(AccessPolicy.users("root"))
                .service("price", request -> request.message())
                .start()) {
            assertThat(server.endpoints()).hasToString("[system-pipe:quotes]");
            assertThat(CommandRun.of("list", "--timeout", "20s").out()).containsPattern("system-pipe:quotes .* price");
            assertThat(CommandRun.of("services", "price", "--json", "--timeout", "20s")
                            .json()
                            .get("services")
                            .get(0)
                            .get("addresses"))
                    .hasToString("[\"system-pipe:quotes\"]");
            assertThat(CommandRun.of("call", "system:quotes", "price", "{\"a\":1}", "--json"))
                    .isEqualTo(new CommandRun(0, "{\"a\":1}\n", ""));
            assertThat(CommandRun.of("system", "status", "--json")
                            .json()
                            .get("services")
                            .get(0)
                            .get("servedAt"))
                    .hasToString("[\"system-pipe:quotes\"]");
            assertThat(CommandRun.of("system", "remove", "--service", "quotes").err())
                    .startsWith("ipc: ADDRESS_IN_USE: ")
                    .contains("stop its server first");
        }
    }

    /** Each in a process of its own. */
    @Test
    void whatIsServedToUsersIsCalledByThoseThatAreNamed() throws Exception {
        assertThat(install("--service", "quotes", "--user", "0", "--allow-everyone")
                        .status())
                .isZero();
        String ann = Long.toString(100_000 + 2 * ProcessHandle.current().pid()); // of this JVM alone
        String bob = Long.toString(Long.parseLong(ann) + 1);
        try (ForkedIpc server = ForkedIpc.start(
                Map.of(SystemPlace.VARIABLE, place.toString()),
                "serve",
                "system-pipe:quotes",
                "--users",
                "ann," + ann)) {
            assertThat(server.nextLine()).isEqualTo("serving system-pipe:quotes");
            try (ForkedJvm named = calling(ann);
                    ForkedJvm other = calling(bob)) {
                named.awaitPrinted("{\"a\":1}");
                other.awaitPrinted("ipc: ACCESS_DENIED: access denied");
            }
        }
        usage("--users beside --anyone", "serve", "system-pipe:quotes", "--users", ann, "--anyone");
    }

    private ForkedJvm calling(String user) {
        List<String> options = List.of(
                "-D" + SystemPlace.PROPERTY + "=" + place, "-D" + TestHome.PROPERTY + "=" + temp.resolve("none"));
        return OtherUser.start(
                Integer.parseInt(user),
                options,
                Ipc.class,
                "call",
                "system-pipe:quotes",
                "echo",
                "{\"a\":1}",
                "--json");
    }

    @Test
    void settingsOfTheMachineAreInstalledChangedShownAndRemoved() {
        String folder = place.resolve(".settings/quotes").toString();
        assertThat(CommandRun.of("settings", "put", "theme", "5", "--machine", "quotes")
                        .err())
                .startsWith("ipc: ENDPOINT_NOT_FOUND: settings of the machine \"quotes\": not installed")
                .contains("ipc system install --settings quotes");
        assertThat(install("--settings", "quotes"))
                .isEqualTo(new CommandRun(
                        0,
                        "installed " + folder + ": root alone can change these settings, every user can read them\n",
                        ""));
        assertThat(install("--settings", "orders", "--user", "20001", "--json")
                        .json()
                        .toString())
                .isEqualTo("{\"name\":\"orders\",\"account\":\"20001\",\"folder\":\""
                        + place.resolve(".settings/orders") + "\"}");
        assertThat(CommandRun.of("settings", "put", "theme", "5", "--machine", "quotes")
                        .status())
                .isZero();
        assertThat(CommandRun.of("settings", "get", "theme", "--machine", "quotes")
                        .out())
                .isEqualTo("5\n");
        assertThat(CommandRun.of("settings", "put", "theme", "5", "--machine", "orders")
                        .err())
                .startsWith("ipc: ACCESS_DENIED: settings of the machine \"orders\": only 20001 may change it");
        assertThat(CommandRun.of("system", "status").out().lines().toList())
                .anyMatch(line -> line.matches("quotes +root +" + folder));
        assertThat(CommandRun.of("system", "remove", "--settings", "orders").out())
                .isEqualTo("removed the settings orders\n");
        assertThat(CommandRun.of("system", "remove", "--settings", "quotes").status())
                .isZero();
        assertThat(place).doesNotExist();
        usage("--allow with --settings is not for install", "system", "install", "--settings", "a", "--allow", "b");
        usage("--settings is not for status", "system", "status", "--settings", "a");
    }

    @Test
    void wrongUseIsSaid() {
        usage("--service=NAME", "system", "install", "--user", "20001", "--allow-everyone");
        usage("--user=ACCOUNT", "system", "install", "--service", "quotes", "--allow-everyone");
        usage(
                "expected one of --allow=GROUP and --allow-everyone, actual=none",
                "system",
                "install",
                "--service",
                "quotes",
                "--user",
                "20001");
        usage(
                "actual=both",
                "system",
                "install",
                "--service",
                "quotes",
                "--user",
                "20001",
                "--allow",
                "20009",
                "--allow-everyone");
        usage(
                "actual=\"../quotes\"",
                "system",
                "install",
                "--service",
                "../quotes",
                "--user",
                "20001",
                "--allow-everyone");
        usage("--user is not for remove", "system", "remove", "--service", "quotes", "--user", "20001");
        usage("--service is not for status", "system", "status", "--service", "quotes");
        assertThat(place).doesNotExist();
    }

    private static void usage(String words, String... command) {
        CommandRun run = CommandRun.of(command);
        assertThat(run.status()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(words);
    }
}
