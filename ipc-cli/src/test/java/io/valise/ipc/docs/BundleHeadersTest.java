package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcServer;
import io.valise.ipc.loopback.LoopbackTransport;
import io.valise.ipc.micrometer.CallTimers;
import io.valise.ipc.nats.NatsTransport;
import io.valise.ipc.opentelemetry.IpcTelemetry;
import io.valise.ipc.pipes.PipeTransport;
import io.valise.ipc.services.hosting.AppServiceHost;
import io.valise.ipc.sharedmem.ShmTransport;
import io.valise.ipc.testkit.process.ClassPath;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Provides;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The headers of OSGi say what the module descriptors say. */
class BundleHeadersTest {
    /** A class of each module that applications use. */
    static final List<Class<?>> MODULES = List.of(
            IpcServer.class,
            PipeTransport.class,
            ShmTransport.class,
            LoopbackTransport.class,
            NatsTransport.class,
            AppServiceHost.class,
            CallTimers.class,
            IpcTelemetry.class);

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static ModuleDescriptor descriptor(Class<?> ofModule) {
        return ModuleFinder.of(ClassPath.entryOf(ofModule))
                .findAll()
                .iterator()
                .next()
                .descriptor();
    }

    /** Each name in a header, with what stands behind it. */
    private static Map<String, String> clauses(Manifest manifest, String header) {
        String unquoted = manifest.getMainAttributes().getValue(header).replaceAll("\"[^\"]*\"", "");
        return Arrays.stream(unquoted.split(","))
                .map(clause -> clause.split(";", 2))
                .collect(Collectors.toMap(clause -> clause[0], clause -> clause.length < 2 ? "" : clause[1]));
    }

    @ParameterizedTest
    @FieldSource("MODULES")
    void aBundleIsNamedAndExportsAsItsModule(Class<?> ofModule) throws IOException {
        Manifest manifest = PackagedJars.manifest(ofModule);
        ModuleDescriptor module = descriptor(ofModule);
        assertThat(manifest.getMainAttributes().getValue("Bundle-SymbolicName")).isEqualTo(module.name());
        assertThat(manifest.getMainAttributes().getValue("Bundle-Version")).startsWith("0.2.0");
        Map<String, Boolean> exported =
                module.exports().stream().collect(Collectors.toMap(Exports::source, Exports::isQualified));
        Map<String, Boolean> internal = clauses(manifest, "Export-Package").entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, export -> export.getValue().contains("valise=internal;mandatory:=valise")));
        assertThat(internal).isEqualTo(exported);
        assertThat(clauses(manifest, "Import-Package"))
                .doesNotContainKeys(module.packages().toArray(String[]::new));
    }

    @ParameterizedTest
    @FieldSource("MODULES")
    void whatCanBeLeftOutIsOptional(Class<?> ofModule) throws IOException {
        clauses(PackagedJars.manifest(ofModule), "Import-Package")
                .forEach(
                        (name, attributes) -> assertThat(attributes)
                                .as(name)
                                .matches(
                                        text -> text.contains("resolution:=optional")
                                                == name.matches(
                                                        "(com\\.sun\\.jna|net\\.openhft|org\\.jspecify)\\..*|com\\.sun\\.jna|jdk\\.jfr")));
    }

    @ParameterizedTest
    @FieldSource("MODULES")
    void aBundleProvidesWhatItsModuleProvides(Class<?> ofModule) throws IOException {
        String provided = PackagedJars.manifest(ofModule).getMainAttributes().getValue("Provide-Capability");
        for (Provides provides : descriptor(ofModule).provides()) {
            assertThat(provided).contains("osgi.serviceloader=\"" + provides.service() + '"');
        }
        if (descriptor(ofModule).provides().isEmpty()) {
            assertThat(provided).isNull();
        }
    }

    @Test
    void theApiRequiresWhatItsModuleUses() throws IOException {
        String required =
                PackagedJars.manifest(IpcServer.class).getMainAttributes().getValue("Require-Capability");
        assertThat(descriptor(IpcServer.class).uses())
                .allSatisfy(service -> assertThat(required).contains("(osgi.serviceloader=" + service + ')'));
    }

    @Test
    void noPackageIsInTwoBundles() {
        List<String> all = new ArrayList<>();
        MODULES.forEach(module -> all.addAll(descriptor(module).packages()));
        assertThat(all).doesNotHaveDuplicates();
    }

    /** The artifacts for applications, as {@code ipc-bom} has them. */
    static List<String> published() throws IOException {
        return Pattern.compile("<artifactId>(ipc-(?!bom|test)[\\w-]+)</artifactId>")
                .matcher(Files.readString(ROOT.resolve("ipc-bom/pom.xml")))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** The folder of a module. */
    static Path folder(String artifact) {
        Path own = ROOT.resolve(artifact);
        return Files.exists(own) ? own : ROOT.resolve("integrations").resolve(artifact);
    }

    /** The libraries that the Spring Boot starter and {@code ipc-kotlin} need are no bundles. */
    @Test
    void everyModuleForApplicationsIsABundle() throws IOException {
        List<String> others = List.of("ipc-kotlin", "ipc-spring-boot-starter");
        assertThat(published())
                .containsAll(others)
                .hasSize(MODULES.size() + others.size())
                .allSatisfy(artifact -> assertThat(
                                folder(artifact).resolve("bundle.bnd").toFile().exists())
                        .isNotEqualTo(others.contains(artifact)));
    }
}
