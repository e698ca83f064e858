package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.IpcServer;
import io.valise.ipc.loopback.LoopbackTransport;
import io.valise.ipc.nats.NatsTransport;
import io.valise.ipc.pipes.PipeTransport;
import io.valise.ipc.sharedmem.ShmTransport;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.TestProcesses;
import io.valise.ipc.testkit.rule.InFullRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/packaging.md that make images with jlink, and run the program in them, without a warning. */
@EnabledOnOs(OS.LINUX)
@ExtendWith(HangWatchdog.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImageTest {
    private static final String SHM = "shm:hello {n=1}";
    private static final String PIPE = "pipe:hello {n=1}";
    private static final String LOOPBACK = "loopback:hello {n=1}";
    private static final String LOCAL = "local:hello {n=1}";

    @TempDir
    static Path work;

    private static List<MarkdownPage.Block> commands;

    @BeforeAll
    static void lib() throws IOException {
        commands = MarkdownPage.read(Path.of("").toAbsolutePath().resolveSibling("docs/packaging.md"))
                .blocks("sh");
        Path lib = Files.createDirectory(work.resolve("lib"));
        PackagedJars.jar(IpcServer.class, lib.resolve("ipc-api.jar"));
        PackagedJars.jar(PipeTransport.class, lib.resolve("ipc-pipes.jar"));
        PackagedJars.jar(ShmTransport.class, lib.resolve("ipc-sharedmem.jar"));
        Path loopback = Files.createDirectory(work.resolve("loopback-lib"));
        PackagedJars.jar(LoopbackTransport.class, loopback.resolve("ipc-loopback.jar"));
        PackagedJars.copy("netty-.*\\.jar", loopback);
        Path nats = Files.createDirectory(work.resolve("nats-lib"));
        PackagedJars.jar(NatsTransport.class, nats.resolve("ipc-nats.jar"));
        PackagedJars.copy("jnats-.*\\.jar", nats);
        for (String source : List.of("module-info.java", "com/example/hello/Hello.java")) {
            PackagedJars.copyResource("/packaged/" + source, work.resolve("src").resolve(source));
        }
        tool("javac");
        tool("jlink");
    }

    /** A tool of this JDK that takes half the time. */
    private static void tool(String name) throws IOException {
        Path script = Files.createDirectories(work.resolve("bin")).resolve(name);
        Path tool = Path.of(System.getProperty("java.home"), "bin", name);
        Files.writeString(
                script, "#!/bin/sh\nexec '" + tool + "' -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    private static List<String> run(String script) throws IOException, InterruptedException {
        ProcessBuilder shell = new ProcessBuilder("sh", "-e", "-c", script)
                .directory(work.toFile())
                .redirectErrorStream(true);
        shell.environment().put("PATH", work.resolve("bin") + ":" + System.getenv("PATH"));
        shell.environment().put("VALISE_HOME", TestHome.path().toString());
        Process process = TestProcesses.start(shell);
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return Arrays.asList(printed.strip().split("\\R"));
    }

    @Test
    @Order(1)
    void anImageWithTheTransportsThatAreNamed() throws Exception {
        assertThat(run(commands.get(0).text())).containsExactly(LOCAL, SHM, PIPE);
    }

    @Test
    @Order(2)
    void loopbackBesideTheImage() throws Exception {
        assertThat(run(commands.get(2).text())).containsExactly(LOCAL, SHM, PIPE, LOOPBACK);
    }

    /** Nothing of it is in {@code any:}, for which all transports are loaded. */
    @Test
    @Order(2)
    void natsBesideTheImage() throws Exception {
        assertThat(run(commands.get(3).text())).containsExactly(LOCAL, SHM, PIPE);
    }

    @Test
    @InFullRun("takes long")
    @Order(2)
    void anImageWithAllServices() throws Exception {
        assumeTrue(
                Files.isDirectory(Path.of(System.getProperty("java.home"), "jmods")),
                "this JDK has no packaged modules: its jlink makes no image that has jlink too (JEP 493)");
        assertThat(run(commands.get(1).text())).containsExactly(LOCAL, SHM, PIPE);
    }

    @Test
    @InFullRun("takes long")
    @Order(2)
    void anImageWithoutTransportsSaysWhichModulesToAdd() throws Exception {
        List<String> printed = run("jlink --module-path lib:app --add-modules com.example.hello --output bare\n"
                + "bare/bin/java -m com.example.hello/com.example.hello.Hello");
        assertThat(printed.get(0))
                .contains("UNSUPPORTED: no transport between processes works here for any:hello: there is none;")
                .contains("--add-modules io.valise.ipc.sharedmem,io.valise.ipc.pipes,io.valise.ipc.loopback;");
    }
}
