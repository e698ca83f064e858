package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testkit.process.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code ipc launch}, of targets by name and by URI, with files, and of helpers. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class LaunchingTest {
    @RegisterExtension
    final OwnHome own = new OwnHome();

    @Test
    void launchPrintsTheResultOfATarget() throws IOException {
        declare("echo", java("io.valise.ipc.cli.EchoTarget"));
        CommandRun run = CommandRun.of("launch", "echo", "{\"colour\": \"red\"}", "--json");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).isEqualToIgnoringNewLines("{\"colour\":\"red\"}");

        declare("shy", new String[] {"/bin/sh", "-c", "exit 0"});
        CommandRun shy = CommandRun.of("launch", "shy");
        assertThat(shy.status()).isEqualTo(1);
        assertThat(shy.err()).startsWith("ipc: CANCELLED: process ").contains("it reported no result");
        assertThat(CommandRun.of("launch", "undeclared").err())
                .startsWith("ipc: ENDPOINT_NOT_FOUND: target \"undeclared\" is not declared")
                .contains("declared are [echo, shy]");
    }

    @Test
    void launchStaysWithAHelperUntilItEnds() throws IOException {
        ValueSet helpers = ValueSet.of(
                "short", java("io.valise.ipc.cli.ShortHelper"), "missing", new String[] {"/opt/nowhere/helper"});
        String editor = AppIdentity.open("editor").id();
        Path file = ManifestFolder.of("helpers").create().resolve(editor + ".json");
        Files.writeString(file, ValueSetJson.write(ValueSet.of("application", editor, "helpers", helpers)));

        CommandRun run = CommandRun.of("launch", "editor", "--helper", "short");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("launched short of editor: pid ").contains("short ended with status 0");

        CommandRun missing = CommandRun.of("launch", "editor", "--helper", "missing");
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).startsWith("ipc: FILE_NOT_FOUND: /opt/nowhere/helper: no such program");
        assertThat(CommandRun.of("launch", "editor", "--helper", "other").err())
                .startsWith("ipc: ACCESS_DENIED: group \"other\" is not declared");
        AppIdentity.open("acme", "editor");
        assertThat(CommandRun.of("launch", "acme/editor", "--helper", "short").err())
                .startsWith("ipc: ACCESS_DENIED: group \"short\" is not declared")
                .contains("declared are []");
        assertThat(CommandRun.of("launch", "other/editor", "--helper", "short").err())
                .startsWith("ipc: publisher \"other\" has no key; `ipc identity make other/editor` makes one");
    }

    @Test
    void launchByAUriGivesAFileAndTakesOne() throws IOException {
        declare("copier", java("io.valise.ipc.cli.CopyTarget"), "copy");
        Path file = Files.writeString(own.path().resolve("file"), "some text");
        Path copy = own.path().resolve("copy");
        AppIdentity editor = AppIdentity.open("acme", "editor");
        String[] line = {
            "launch",
            "copy:?x=1",
            "--file",
            "file=" + file,
            "--save",
            "copy=" + copy,
            "--identity",
            "acme/editor",
            "--json"
        };
        CommandRun run = CommandRun.of(line);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.json().get("uri").textValue()).isEqualTo("copy:?x=1");
        assertThat(run.json().get("caller").textValue()).isEqualTo(editor.id());
        assertThat(copy).hasContent("some text");

        CommandRun again = CommandRun.of(line);
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).startsWith("ipc: there is a file " + copy + " already; nothing was launched");
        assertThat(CommandRun.of(
                                "launch",
                                "copy:x",
                                "--file",
                                "file=" + own.path().resolve("missing"))
                        .err())
                .startsWith("ipc: cannot share ");
        assertThat(CommandRun.of("launch", "copy:x", "--file", "file=" + file, "--save", "x=" + copy + "2")
                        .err())
                .startsWith("ipc: the result has no member \"x\"");
    }

    @Test
    void queryTellsWhatThereIsAndLaunchesNothing() throws IOException {
        declare("one", new String[] {"/bin/false"}, "copy");
        CommandRun available = CommandRun.of("launch", "--query", "copy:x", "--json");
        assertThat(available.status()).isZero();
        assertThat(available.out())
                .isEqualToIgnoringNewLines("{\"status\":\"available\",\"targets\":[\"one\"],\"detail\":\"\"}");
        assertThat(CommandRun.of("launch", "--query", "one").status()).isZero();
        CommandRun absent = CommandRun.of("launch", "--query", "draw:x", "--json");
        assertThat(absent.status()).isEqualTo(1);
        assertThat(absent.json().get("status").textValue()).isEqualTo("not-installed");

        declare("two", new String[] {"/bin/false"}, "copy");
        assertThat(CommandRun.of("launch", "copy:x").err())
                .startsWith(
                        "ipc: ENDPOINT_NOT_FOUND: scheme \"copy\": limit=1 manifest that declares it, actual=[one, two]; choose one");
        assertThat(CommandRun.of("launch", "copy:x", "--target", "two").err())
                .startsWith("ipc: PEER_DIED: process ")
                .contains("ended with status 1; it said nothing; it reported no result");
    }

    private static void declare(String name, String[] command, String... schemes) throws IOException {
        ValueSet manifest = ValueSet.of("name", name, "command", command, "schemes", schemes);
        Files.writeString(ManifestFolder.of("targets").create().resolve(name + ".json"), ValueSetJson.write(manifest));
    }

    private static String[] java(String main) {
        List<String> command = JavaCommand.ofThisClassPath();
        command.add(main);
        return command.toArray(String[]::new);
    }
}
