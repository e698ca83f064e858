package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcServer;
import io.valise.ipc.pipes.PipeTransport;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What docs/packaging.md says of OSGi: the modules as bundles in Felix, with and without SPI Fly. */
@DisabledOnOs(OS.WINDOWS)
@ExtendWith(HangWatchdog.class)
class OsgiTest {
    private static final String SPI_FLY = "(asm-|org.apache.aries.spifly).*\\.jar";
    private static final String LIBRARIES = "(netty-|jackson-core|jna-|jspecify-|micrometer-|opentelemetry-).*\\.jar";

    @TempDir
    static Path work;

    private static Path api;
    private static Path pipes;
    private static Path program;
    /** All modules, and the bundles that they need. */
    private static final List<Path> ALL = new ArrayList<>();

    @BeforeAll
    static void bundles() throws IOException {
        for (Class<?> each : BundleHeadersTest.MODULES) {
            ALL.add(module(each));
        }
        api = ALL.get(BundleHeadersTest.MODULES.indexOf(IpcServer.class));
        pipes = ALL.get(BundleHeadersTest.MODULES.indexOf(PipeTransport.class));
        ALL.addAll(PackagedJars.libraries(LIBRARIES));
        Path jnats = work.resolve("jnats.jar");
        Manifest exporting = manifest(Map.of(
                "Bundle-SymbolicName", "wrapped.jnats",
                "Import-Package", "javax.net.ssl",
                "Export-Package", "io.nats.client;io.nats.client.api;io.nats.client.support;version=2.26.0"));
        PackagedJars.jar(exporting, PackagedJars.libraries("jnats-.*\\.jar").get(0), jnats);
        ALL.add(jnats);
        program = work.resolve("program.jar");
        Manifest programs = manifest(Map.of(
                "Bundle-SymbolicName",
                "program",
                "Bundle-Activator",
                PackagedBundle.class.getName(),
                "Import-Package",
                "org.osgi.framework,io.valise.ipc;io.valise.ipc.runtime;io.valise.ipc.spi;io.valise.ipc.pipes;"
                        + "version=\"[0.1,1)\""));
        PackagedJars.jar(programs, List.of(PackagedBundle.class, PackagedProgram.class), program);
    }

    private static Path module(Class<?> ofModule) throws IOException {
        Path jar = work.resolve(ofModule.getSimpleName() + ".jar");
        PackagedJars.jar(ofModule, jar);
        return jar;
    }

    /** Of a bundle of this test. */
    private static Manifest manifest(Map<String, String> headers) {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.putValue("Bundle-ManifestVersion", "2");
        headers.forEach(main::putValue);
        return manifest;
    }

    /** Felix with bundles that are installed in this order, resolved and started. */
    private static ForkedJvm felix(List<Path> bundles) throws IOException {
        ForkedJvm felix = ForkedJvm.start(
                ClassPath.of(List.of(
                        ClassPath.entryOf(FrameworkFactory.class),
                        ClassPath.entryOf(OsgiProgram.class),
                        ClassPath.entryOf(ForkedJvm.class))),
                List.of(),
                OsgiProgram.class,
                Files.createTempDirectory(work, "felix").toString());
        bundles.forEach(bundle -> felix.ask("install", bundle));
        assertThat(felix.ask("resolve")).isEmpty();
        felix.ask("start");
        return felix;
    }

    @Test
    void withSpiFlyEveryTransportIsFound() throws Exception {
        List<Path> bundles = new ArrayList<>(PackagedJars.libraries(SPI_FLY));
        bundles.addAll(ALL);
        bundles.add(program);
        try (ForkedJvm felix = felix(bundles);
                ForkedJvm other = ForkedJvm.start(PackagedProgram.class)) {
            assertThat(felix.ask("program", "providers")).isEqualTo("loopback nats pipe shm 1");
            assertThat(felix.ask("program", "initialize", "[0.2,0.3)").replace("-SNAPSHOT", ""))
                    .isEqualTo("0.2.0: io.valise.ipc.sharedmem 0.2.0, io.valise.ipc.pipes 0.2.0,"
                            + " io.valise.ipc.loopback 0.2.0, io.valise.ipc.nats 0.2.0");
            assertThat(felix.ask("program", "serve", "any:osgi"))
                    .isEqualTo("local:osgi shm:osgi pipe:osgi loopback:osgi");
            for (String scheme : List.of("local", "shm", "pipe", "loopback")) {
                assertThat(felix.ask("program", "call", scheme + ":osgi")).isEqualTo("{n=42}");
            }
            for (String scheme : List.of("shm", "pipe", "loopback")) {
                assertThat(other.ask("call", scheme + ":osgi")).isEqualTo("{n=42}");
            }
            other.ask("serve", "any:other");
            for (String scheme : List.of("shm", "pipe", "loopback")) {
                assertThat(felix.ask("program", "call", scheme + ":other")).isEqualTo("{n=42}");
            }
        }
    }

    @Test
    void withoutSpiFlyTransportsAreHandedToTheBuilder() throws Exception {
        try (ForkedJvm felix = felix(List.of(program, pipes, api));
                ForkedJvm other = ForkedJvm.start(PackagedProgram.class)) {
            assertThat(felix.ask("program", "serve", "local:alone")).isEqualTo("local:alone");
            assertThat(felix.ask("program", "call", "local:alone")).isEqualTo("{n=42}");
            assertThatThrownBy(() -> felix.ask("program", "serve", "any:none")).hasMessageContaining("there is none");
            assertThat(felix.ask("program", "serve-pipe", "pipe:alone")).isEqualTo("pipe:alone");
            assertThat(other.ask("call", "pipe:alone")).isEqualTo("{n=42}");

            felix.ask("install", intruder());
            assertThat(felix.ask("resolve")).isEqualTo("intruder");
        }
    }

    /** A bundle that imports what io.valise.ipc exports to modules of Valise alone. */
    private static Path intruder() throws IOException {
        Path jar = work.resolve("intruder.jar");
        Manifest manifest = manifest(
                Map.of("Bundle-SymbolicName", "intruder", "Import-Package", "io.valise.ipc,io.valise.ipc.spi.runtime"));
        PackagedJars.jar(manifest, List.of(), jar);
        return jar;
    }
}
