package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testkit.process.JavaCommand;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ipc services}, {@code call --start}, {@code runtime clean}, and serving where nothing works. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class StartingTest {
    @RegisterExtension
    final OwnHome own = new OwnHome();

    @Test
    void servicesShowsWhatRunsAndWhatCouldBeStarted() throws IOException {
        assertThat(CommandRun.of("services").out()).startsWith("Nothing is running");
        declare("services", "orders", ValueSet.of("command", new String[] {"x"}, "services", new String[] {"order"}));
        try (IpcServer server = IpcServer.builder("pipe:prices", "loopback:prices")
                .service("price", request -> ValueSet.empty())
                .start()) {
            CommandRun run = CommandRun.of("services", "--timeout", "20s");
            assertThat(run.out().lines())
                    .anyMatch(line -> line.matches(
                            "prices +alive +" + ProcessHandle.current().pid() + " +pipe:prices loopback:prices +price"))
                    .anyMatch(line -> line.matches("orders +startable +- +any:orders +order"));
            assertThat(CommandRun.of("services", "price", "--timeout", "20s")
                            .out()
                            .lines())
                    .hasSize(2);
            JsonNode all = CommandRun.of("services", "--json", "--timeout", "20s")
                    .json()
                    .get("services");
            assertThat(all).hasSize(2);
            assertThat(all.get(1).get("state").textValue()).isEqualTo("startable");
            assertThat(server.endpoints()).hasSize(2);
        }
        Files.writeString(ManifestFolder.of("services").create().resolve("orders.json"), "{");
        assertThat(CommandRun.of("services").out())
                .contains("silent (manifest ")
                .contains("orders.json: line 1");
    }

    @Test
    void callHasTheServerStarted() throws IOException {
        declare("services", "started", ValueSet.of("command", java("io.valise.ipc.cli.Ipc", "serve", "any:started")));
        CommandRun run = CommandRun.of("call", "any:started", "valise.info", "--start", "--json");
        assertThat(run.status()).as(run.err()).isZero();
        ProcessHandle server =
                ProcessHandle.of(run.json().get("pid").longValue()).orElseThrow();
        server.destroy();
        server.onExit().join();
    }

    @Test
    void runtimeCleanRemovesUnusedFilesOrNamesTheUsers() throws Exception {
        Path home = own.path().resolve("home");
        CommandRun cleaned = at(home, () -> {
            assertThat(CommandRun.of("runtime", "clean").out()).startsWith("removed 0 files from " + home);
            Path made = Files.createDirectory(home.resolve("pipe"));
            // The mark: having the library make it would hold the directory.
            Files.writeString(
                    made.resolve(".valise"),
                    "Valise made this folder, pipe: ipc runtime clean deletes it and all that is in it.\n");
            Files.writeString(made.resolve("leftover"), "x");
            Files.writeString(home.resolve("diary"), "x");
            return CommandRun.of("runtime", "clean", "--json");
        });
        assertThat(cleaned.json().get("removed").intValue()).isEqualTo(1);
        assertThat(cleaned.json().get("leftAlone").get(0).textValue()).isEqualTo("diary");
        assertThat(at(home, () -> CommandRun.of("runtime", "clean")).out())
                .endsWith("; left alone, as Valise has not made it: diary" + System.lineSeparator());

        CommandRun refused = at(home, () -> {
            try (IpcServer server = IpcServer.builder("pipe:occupant").start()) {
                assertThat(server.endpoints()).hasSize(1);
                return CommandRun.of("runtime", "clean");
            }
        });
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err())
                .contains("in use by pid " + ProcessHandle.current().pid())
                .doesNotContain("`ipc list`");
    }

    @Test
    @MayLog("any: goes without ")
    void servingWhereNoTransportWorksFailsWithTheReasons() throws Exception {
        Path lax = Files.createDirectory(
                own.path().resolve("lax"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        CommandRun run = at(lax, () -> CommandRun.of("serve", "any:unreachable"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("ipc: ACCESS_DENIED: no transport between processes works here")
                .contains("shm: ", "pipe: ", "loopback: ")
                .contains("mode=0755, expected=0700");

        CommandRun denied = at(lax, () -> CommandRun.of("call", "pipe:unreachable", "echo"));
        assertThat(denied.err()).startsWith("ipc: ACCESS_DENIED: ").doesNotContain("access policy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"shm:nowhere", "pipe:nowhere", "loopback:nowhere", "any:nowhere"})
    @MayLog("any: goes without ")
    void aRuntimeDirectoryOfAWrongModeHasOneStatusAtBothEndsAndNamesWhatChoseIt(String address) throws Exception {
        Path lax = Files.createDirectory(
                own.path().resolve("lax"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        at(lax, () -> {
            for (ThrowingCallable end : List.<ThrowingCallable>of(
                    () -> IpcServer.builder(address).start(), () -> IpcClient.connect(address))) {
                assertThatThrownBy(end)
                        .isInstanceOfSatisfying(IpcException.class, e -> {
                            assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED);
                            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
                        })
                        .hasMessageContainingAll(
                                "runtime directory by valise.home: ", lax.toString(), "mode=0755", "chmod 700 it");
            }
            return CommandRun.of("--version");
        });
    }

    private static CommandRun at(Path home, Callable<CommandRun> action) throws Exception {
        String before = System.getProperty("valise.home");
        System.setProperty("valise.home", home.toString());
        try {
            return action.call();
        } finally {
            System.setProperty("valise.home", before);
        }
    }

    private static void declare(String kind, String name, ValueSet manifest) throws IOException {
        ValueSet named = manifest.toBuilder().put("name", name).build();
        Files.writeString(ManifestFolder.of(kind).create().resolve(name + ".json"), ValueSetJson.write(named));
    }

    private static String[] java(String main, String... arguments) {
        List<String> command = JavaCommand.ofThisClassPath();
        command.add(main);
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }
}
