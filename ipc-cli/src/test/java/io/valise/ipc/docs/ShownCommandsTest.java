package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.catalog.ServiceCatalog;
import io.valise.ipc.services.files.FileAccessManifest;
import io.valise.ipc.services.files.PublisherFolder;
import io.valise.ipc.services.json.ValueSetJson;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.JavaCommand;
import io.valise.ipc.testkit.rule.InFullRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that the pages show are run, by a shell, as they are written; what they print begins as it is shown. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(300) // a page has tens of commands, each in a JVM
class ShownCommandsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    /** What is not run here, and why. */
    private static final Map<String, String> EXEMPT = Map.of(
            "mvn ", "it is the build that runs this test",
            "./ipc demo", "takes half a minute: DemoTest runs it",
            "ipc demo", "takes half a minute: DemoTest runs it",
            "ipc share", "waits for another terminal, with the token that it prints: SharingTest",
            "ipc loopback watch", "waits for refusals: LoopbackCommandsTest",
            "ipc redeem", "takes the token from the other terminal: SharingTest",
            "sudo ", "needs an administrator: SystemCommandTest",
            "kill ", "names the process of that day: StartingTest cleans up");

    @TempDir
    Path temp;

    private String home = "";
    private String cache = "";
    private final List<Process> servers = new ArrayList<>();

    @BeforeEach
    void moveIn() throws IOException {
        home = System.getProperty(TestHome.PROPERTY, "");
        cache = TestHome.cache().toString();
        System.setProperty(
                TestHome.CONFIGURATION_PROPERTY, temp.resolve("config").toString());
        System.setProperty(TestHome.CACHE_PROPERTY, temp.resolve("cache").toString());
        Path run = Files.createTempDirectory("vd"); // short, for sockets
        System.setProperty(TestHome.PROPERTY, run.toString());
        declare("services", "orders", "services", "order", "/bin/false");
        declare("services", "quotes", "services", "price", java(PriceServer.class));
        declare("targets", "pick-colour", "schemes", "colour", java(ColourPicker.class));
        AppIdentity editor = AppIdentity.open("acme", "editor");
        FileAccessManifest.declare(editor, temp);
        PublisherFolder.declare(editor, "fonts");
        PublisherFolder.open(editor, "fonts").write("sans.ttf", new byte[4096]);
        for (String version : List.of("1.2", "1.3")) {
            PackagedJars.bundle(temp.resolve("valise-" + version + ".jar"), version, temp.resolve("jars"));
        }
        Path script = Files.writeString(
                temp.resolve("ipc"),
                "#!/bin/sh\nexec '" + String.join("' '", java(null)) + "' io.valise.ipc.cli.Ipc \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    @AfterEach
    void moveOut() {
        ServiceCatalog.ofThisUser().waiting(Duration.ofSeconds(20)).running().stream() // what --start has started
                .flatMap(server -> server.pid().stream())
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .forEach(ProcessHandle::destroyForcibly);
        for (Process server : servers) {
            server.descendants().forEach(ProcessHandle::destroyForcibly);
            server.destroyForcibly();
        }
        TestHome.restoreConfiguration();
        System.setProperty(TestHome.PROPERTY, home);
        System.setProperty(TestHome.CACHE_PROPERTY, cache);
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/security.md"})
    void everyCommandIsRun(String page) throws Exception {
        assertThat(run(page).isEmpty()).isEqualTo(page.equals("docs/security.md"));
    }

    @Test
    @InFullRun("runs many commands")
    void everyCommandOfItsPageIsRun() throws Exception {
        assertThat(run("docs/cli.md")).isNotEmpty();
    }

    private Set<String> run(String page) throws Exception {
        Set<String> run = new TreeSet<>();
        for (ShownCommand command : ShownCommand.of(MarkdownPage.read(ROOT.resolve(page)))) {
            if (EXEMPT.keySet().stream().anyMatch(command.line()::startsWith)) {
                continue;
            }
            run.add(command.line());
            if (command.line().contains("ipc serve ")) {
                serve(command);
            } else {
                run(command);
            }
        }
        return run;
    }

    /** Runs on, as in a terminal of its own, until the test ends. */
    private void serve(ShownCommand command) throws IOException {
        Process server = shell(command).redirectErrorStream(true).start();
        servers.add(server);
        BufferedReader out = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        for (String scheme : List.of("shm", "pipe", "loopback")) {
            assertThat(out.readLine()).isEqualTo("serving " + scheme + ":hello");
        }
    }

    private void run(ShownCommand command) throws Exception {
        Process process = shell(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        assertThat(status != 0).as(command.line() + " fails: " + printed).isEqualTo(command.fails());
        assertThat(ShownCommand.squeezed(printed)).as(command.line()).startsWith(command.beginning());
    }

    private ProcessBuilder shell(ShownCommand command) {
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", command.line()).directory(temp.toFile());
        shell.environment().put("PATH", temp + ":" + System.getenv("PATH"));
        shell.environment().put("LC_ALL", "C.UTF-8");
        return shell;
    }

    private static void declare(String kind, String name, String list, String only, String... command)
            throws IOException {
        ValueSet manifest = ValueSet.of("name", name, "command", command, list, new String[] {only});
        Files.writeString(ManifestFolder.of(kind).create().resolve(name + ".json"), ValueSetJson.write(manifest));
    }

    private static String[] java(@Nullable Class<?> main) {
        return Stream.of(
                        JavaCommand.ofThisClassPath().stream(),
                        Stream.of(TestHome.PROPERTY, TestHome.CONFIGURATION_PROPERTY, TestHome.CACHE_PROPERTY)
                                .map(property -> "-D" + property + "=" + System.getProperty(property)),
                        Stream.ofNullable(main).map(Class::getName))
                .flatMap(parts -> parts)
                .toArray(String[]::new);
    }
}
