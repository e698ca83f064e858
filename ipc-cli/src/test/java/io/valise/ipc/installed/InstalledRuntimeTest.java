package io.valise.ipc.installed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.docs.PackagedJars;
import io.valise.ipc.runtime.InstalledRuntimes;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.TestProcesses;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Processes with {@code ipc-api} alone, and versions of the run-time part that are installed side by side. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class InstalledRuntimeTest {
    private static final Version V12 = Version.parse("1.2");
    private static final Version V13 = Version.parse("1.3");
    private static final String PARTS = "io.valise.ipc.sharedmem 0.2.0, io.valise.ipc.pipes 0.2.0,"
            + " io.valise.ipc.loopback 0.2.0; io.valise.ipc.services";

    /** Threads end soon; so does what keeps classes. */
    private static final List<String> SOON = List.of("-Dvalise.idleMillis=100");

    @TempDir
    static Path shared;

    private final InstalledRuntimes installed = InstalledRuntimes.ofThisUser();

    @TempDir
    Path temp;

    @BeforeAll
    static void pack() throws IOException {
        PackagedJars.bundle(shared.resolve("1.2.jar"), "1.2", shared.resolve("jars"));
        PackagedJars.bundle(shared.resolve("1.3.jar"), "1.3", shared.resolve("jars"));
    }

    @BeforeEach
    void moveIn() {
        System.setProperty(
                TestHome.CONFIGURATION_PROPERTY, temp.resolve("config").toString());
    }

    @AfterEach
    void moveOut() {
        TestHome.restoreConfiguration();
    }

    private void install(String... versions) {
        for (String version : versions) {
            installed.install(shared.resolve(version + ".jar"));
        }
    }

    private static ForkedJvm program(List<String> options, Path... first) {
        List<Path> entries = new ArrayList<>(List.of(first));
        for (Class<?> of : List.of(IpcServer.class, InstalledProgram.class, ForkedJvm.class)) {
            entries.add(ClassPath.entryOf(of));
        }
        return ForkedJvm.start(ClassPath.of(entries), options, InstalledProgram.class);
    }

    private static String withoutSnapshots(String text) {
        return text.replace("-SNAPSHOT", "");
    }

    @Test
    void twoVersionsRunSideBySideAndWhatRunsIsNotRemoved() {
        install("1.2", "1.3");
        try (ForkedJvm a = program(List.of());
                ForkedJvm b = program(List.of())) {
            assertThat(withoutSnapshots(a.ask("initialize", "[1.2,1.3)"))).isEqualTo("1.2: " + PARTS);
            assertThat(withoutSnapshots(b.ask("initialize", "[1,2)"))).isEqualTo("1.3: " + PARTS);
            assertThat(a.ask("loader")).isEqualTo("not there");
            assertThat(a.ask("serve", "any:side")).isEqualTo("local:side shm:side pipe:side loopback:side");
            for (String address : List.of("shm:side", "pipe:side", "loopback:side", "any:side")) {
                assertThat(b.ask("call", address)).isEqualTo("{n=42}");
            }

            assertThatThrownBy(() -> installed.remove(V12))
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("ADDRESS_IN_USE")
                    .hasMessageContaining("not removed, in use by pid " + a.pid() + " (");
            assertThat(b.ask("call", "pipe:side")).isEqualTo("{n=42}");
            a.kill();
            assertThat(installed.remove(V12)).isTrue();
            assertThatThrownBy(() -> installed.remove(V13)).hasMessageContaining("in use by pid " + b.pid());
            assertThat(withoutSnapshots(b.ask("serve", "pipe:other"))).isEqualTo("pipe:other");
        }
    }

    @Test
    void callsAreCountedAndTheLastShutdownUndoesAll() {
        install("1.2", "1.3");
        try (ForkedJvm program = program(SOON)) {
            program.ask("initialize", "[1.2,1.3)");
            assertThat(program.ask("initialize", "[1,2)"))
                    .as("counted, and the same")
                    .startsWith("1.2: ");
            assertThat(program.ask("try", "[1.3,2)"))
                    .contains("NO_MATCH", "needed=[1.3,2), loaded=run-time part 1.2", "initialised already");
            program.ask("serve", "pipe:counted");
            assertThat(program.ask("call", "pipe:counted")).isEqualTo("{n=42}");
            assertThat(program.ask("shutdown")).isEqualTo("1 left");
            assertThat(program.ask("call", "pipe:counted")).isEqualTo("{n=42}");
            assertThat(program.ask("shutdown")).isEqualTo("0 left");

            assertThatThrownBy(() -> program.ask("call", "pipe:counted"))
                    .hasMessageContaining("UNSUPPORTED: no transport for pipe:counted: found [local]");
            assertThatThrownBy(() -> installed.remove(V12))
                    .as("the server goes on, with its classes")
                    .hasMessageContaining("in use by pid " + program.pid());
            program.ask("stop");
            removeOnceFreed(program, V12);
            assertThat(program.ask("initialize", "[1,2)")).as("from anew").startsWith("1.3: ");
            program.ask("serve", "loopback:anew");
            assertThat(program.ask("call", "loopback:anew")).isEqualTo("{n=42}");
            program.ask("stop");
            program.ask("shutdown");
            removeOnceFreed(program, V13);
        }
        assertThat(installed.list()).isEmpty();
    }

    /** The classes are freed when threads that used them have ended; the watchdog bounds the wait. */
    private void removeOnceFreed(ForkedJvm program, Version version) {
        while (!installed.users(version).isEmpty()) {
            program.ask("gc");
        }
        assertThat(installed.remove(version)).isTrue();
    }

    @Test
    void whatDoesNotFitIsToldWithWhatThereIs() throws Exception {
        try (ForkedJvm program = program(List.of())) {
            assertThat(program.ask("try", "[1.2,2)"))
                    .contains("status=NO_MATCH")
                    .contains("no transport between processes: add ipc-sharedmem or ipc-pipes or ipc-loopback")
                    .contains(
                            "or install a run-time part by `ipc runtime install FILE`: needed=[1.2,2) for ipc-api 0.2.0")
                    .contains("installed=none, at " + installed.path());
            install("1.2", "1.3");
            assertThat(program.ask("try", "[2,3)")).contains("status=NO_MATCH", "installed=1.3, 1.2, at ");
            assertThatThrownBy(() -> program.ask("initialize", "[2,3)")).hasMessageContaining("VERSION_MISMATCH");

            Path jar = installed.path().resolve("1.3/lib/PipeTransport.jar");
            byte[] content = Files.readAllBytes(jar);
            content[100]++;
            Files.write(jar, content);
            assertThat(program.ask("try", "[1,2)"))
                    .contains("status=INCOMPLETE", "lib/PipeTransport.jar: SHA-256 expected=")
                    .contains("`ipc runtime remove 1.3`, then install it again");
            assertThat(installed.remove(V13))
                    .as("a failed attempt holds nothing")
                    .isTrue();
            assertThat(program.ask("initialize", "[1,2)")).startsWith("1.2: ");
        }
    }

    @Test
    void aMessageForTheUserIsPrintedToStandardErrorUnlessAHookReplacesThat() {
        try (ForkedJvm program = program(List.of())) {
            program.ask("try", "[1.2,2)", "ON_NO_MATCH_SHOW_UI");
            program.awaitPrinted("valise: no transport between processes: ");
            program.awaitPrinted("needed=[1.2,2)");
        }
    }

    @Test
    void aPropertyHasTheFirstServerOrClientLoadThePart() {
        install("1.2", "1.3");
        try (ForkedJvm server = program(List.of("-Dvalise.runtime.range=[1.2,1.3)"));
                ForkedJvm off = program(List.of("-Dvalise.runtime.range=[1.2,1.3)", "-Dvalise.runtime.auto=false"));
                ForkedJvm none = program(
                        List.of("-Dvalise.runtime.range=[7,)", "-Dvalise.runtime.options=NONE, ON_NO_MATCH_SHOW_UI"));
                ForkedJvm wrong =
                        program(List.of("-Dvalise.runtime.range=[1,2)", "-Dvalise.runtime.options=ON_TUESDAY"))) {
            assertThat(installed.users(V12)).as("no class does that").isEmpty();
            assertThat(server.ask("serve", "pipe:auto")).isEqualTo("pipe:auto");
            assertThat(installed.users(V12)).containsExactly(server.pid());
            assertThatThrownBy(() -> off.ask("call", "pipe:auto"))
                    .hasMessageContaining("UNSUPPORTED: no transport for pipe:auto");
            assertThatThrownBy(() -> none.ask("call", "pipe:auto"))
                    .hasMessageContaining("VERSION_MISMATCH: NO_MATCH: ")
                    .hasMessageContaining("needed=[7,)");
            none.awaitPrinted("valise: no transport between processes: ");
            assertThatThrownBy(() -> wrong.ask("call", "pipe:auto"))
                    .hasMessageContaining("valise.runtime.range and its options: option: expected one of [NONE, ")
                    .hasMessageContaining("actual=\"ON_TUESDAY\"");
        }
    }

    @Test
    void theManifestOfTheProgramsJarDoesToo() throws Exception {
        install("1.2", "1.3");
        Path jar = jarThatAsks("[1.2,1.3)");
        try (ForkedJvm server = program(List.of(), jar);
                ForkedJvm none = program(List.of(), jarThatAsks("[7,)"));
                ForkedJvm other = program(List.of("-Dvalise.runtime.range=[1,2)"), jar)) {
            assertThat(server.ask("serve", "any:manifest")).contains("pipe:manifest");
            assertThat(installed.users(V12)).containsExactly(server.pid());
            assertThat(other.ask("call", "any:manifest")).isEqualTo("{n=42}");
            assertThat(installed.users(V13)).as("a property comes first").containsExactly(other.pid());
            assertThatThrownBy(() -> none.ask("call", "any:manifest")).hasMessageContaining("needed=[7,)");
            none.awaitPrinted("valise: no transport between processes: ");
        }
    }

    private Path jarThatAsks(String range) throws IOException {
        Path jar = temp.resolve("program" + range.hashCode() + ".jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Valise-Runtime-Range", range);
        manifest.getMainAttributes().putValue("Valise-Runtime-Options", "ON_NO_MATCH_SHOW_UI");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.finish();
        }
        return jar;
    }

    /** A modular program loads it as a module layer. */
    @Test
    void aModularProgramTalksOverEveryTransport() throws Exception {
        install("1.2");
        Path lib = Files.createDirectory(temp.resolve("lib"));
        PackagedJars.jar(IpcServer.class, lib.resolve("ipc-api.jar"));
        Path source = temp.resolve("src");
        for (String file : List.of("module-info.java", "com/example/hello/Hello.java")) {
            PackagedJars.copyResource("/packaged/" + file, source.resolve(file));
        }
        compile("-p", lib, source);

        assertThat(runModule(lib, "jdk.unsupported", "-Dvalise.runtime.range=[1,2)"))
                .contains("shm:hello {n=1}\n", "pipe:hello {n=1}\n", "loopback:hello {n=1}\n");
        assertThat(runModule(lib, "java.base", "-Dvalise.runtime.range=[1,2)"))
                .contains("UNSUPPORTED: INCOMPLETE: run-time part 1.2 at ", "its modules do not fit into this program")
                .contains("--add-modules");
        assertThat(runModule(lib, "jdk.unsupported", null)).contains("UNSUPPORTED: no transport between processes");
    }

    /** Compiled with {@code ipc-api} alone too. */
    @Test
    void theExampleRunsWithTheApiAlone() throws Exception {
        install("1.2", "1.3");
        Path api = ClassPath.entryOf(IpcServer.class);
        Path source = Path.of("")
                .toAbsolutePath()
                .resolveSibling("examples/src/main/java/io/valise/examples/runtime/Clock.java");
        compile("-cp", api, source);
        assertThat(run("-cp", api + ":" + temp.resolve("app"), "io.valise.examples.runtime.Clock"))
                .isEqualTo("installed 1.3\n4 addresses\n[now]\n");
    }

    private void compile(String pathOption, Path library, Path sources) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                pathOption, library.toString(), "-d", temp.resolve("app").toString()));
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(Files::isRegularFile).map(Path::toString).forEach(words::add);
        }
        ToolProvider javac = ToolProvider.findFirst("javac").orElseThrow();
        assertThat(javac.run(System.out, System.err, words.toArray(String[]::new)))
                .isZero();
    }

    private String runModule(Path lib, String added, @Nullable String option) throws Exception {
        List<String> words = new ArrayList<>(List.of("-p", lib + ":" + temp.resolve("app"), "--add-modules", added));
        if (option != null) {
            words.add(option);
        }
        words.addAll(List.of("-m", "com.example.hello/com.example.hello.Hello"));
        return run(words.toArray(String[]::new));
    }

    /** What a JVM prints. */
    private static String run(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-D" + TestHome.PROPERTY + "=" + TestHome.current(),
                "-D" + TestHome.CONFIGURATION_PROPERTY + "=" + TestHome.configuration()));
        command.addAll(List.of(words));
        Process process = TestProcesses.start(new ProcessBuilder(command).redirectErrorStream(true));
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return printed;
    }
}
