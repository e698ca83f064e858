package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nats.client.Nats;
import io.valise.ipc.IpcServer;
import io.valise.ipc.loopback.LoopbackTransport;
import io.valise.ipc.micrometer.CallTimers;
import io.valise.ipc.nats.NatsTransport;
import io.valise.ipc.opentelemetry.IpcTelemetry;
import io.valise.ipc.pipes.PipeTransport;
import io.valise.ipc.services.hosting.ManifestStarter;
import io.valise.ipc.sharedmem.ShmTransport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The reachability metadata for native images name what there is, and all that the modules look up by name. Their format is that
 * of GraalVM's reachability-metadata-schema-v1.2.0.json.
 */
class NativeImageTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A class of each module, and its artifact. */
    static final Map<Class<?>, String> ARTIFACTS = Map.of(
            IpcServer.class, "ipc-api",
            PipeTransport.class, "ipc-pipes",
            ShmTransport.class, "ipc-sharedmem",
            LoopbackTransport.class, "ipc-loopback",
            NatsTransport.class, "ipc-nats",
            ManifestStarter.class, "ipc-services",
            CallTimers.class, "ipc-micrometer",
            IpcTelemetry.class, "ipc-opentelemetry");

    static final Set<Class<?>> MODULES = ARTIFACTS.keySet();

    /** Of classes and methods whose byte code does not tell a name at the call: all names. */
    private static final Map<String, List<String>> OTHER_NAMES = Map.ofEntries(
            // records and enums of the application, which lists them
            Map.entry("Access", List.of()),
            Map.entry("EnumConverter", List.of()),
            // interfaces of remote objects, and the exceptions that they declare, which the application lists too
            Map.entry("InterfacePlan", List.of()),
            Map.entry("DeclaredExceptions", List.of()),
            Map.entry("RecordConverter", List.of("io.valise.ipc.spi.mapping.RecordConverter")),
            // installed run-time parts: an image loads no classes
            Map.entry("Automatic", List.of()),
            Map.entry(
                    "Providers$Finder",
                    List.of(
                            "META-INF/services/io.valise.ipc.spi.Transport",
                            PipeTransport.class.getName(),
                            ShmTransport.class.getName(),
                            LoopbackTransport.class.getName(),
                            NatsTransport.class.getName(),
                            "META-INF/services/io.valise.ipc.spi.ServerStarter",
                            ManifestStarter.class.getName())),
            Map.entry(
                    "Component",
                    List.of(
                            "META-INF/valise/io.valise.ipc.properties",
                            "META-INF/valise/io.valise.ipc.pipes.properties",
                            "META-INF/valise/io.valise.ipc.sharedmem.properties",
                            "META-INF/valise/io.valise.ipc.loopback.properties",
                            "META-INF/valise/io.valise.ipc.nats.properties",
                            "META-INF/valise/io.valise.ipc.services.properties",
                            "META-INF/valise/io.valise.ipc.opentelemetry.properties")),
            Map.entry("NativeAccess", List.of("com.sun.jna.Native", "isNativeAccessEnabled")),
            Map.entry("UnsafeAccess.method", List.of("invokeCleaner", "getLong", "objectFieldOffset")),
            Map.entry(
                    "ChronicleStart",
                    List.of(
                            "META-INF/services/org.slf4j.spi.SLF4JServiceProvider",
                            "org/slf4j/impl/StaticLoggerBinder.class",
                            "org/slf4j/helpers/Reporter.class")),
            Map.entry(
                    "InstalledNetty.has",
                    List.of("io.netty.channel.nio.NioTask", "io.netty.util.concurrent.SingleThreadEventExecutor")));

    private static JsonNode metadata(Class<?> ofModule) throws IOException {
        String file = "/META-INF/native-image/io.valise/" + ARTIFACTS.get(ofModule) + "/reachability-metadata.json";
        try (InputStream in = ofModule.getResourceAsStream(file)) {
            assertThat(in).as(file).isNotNull();
            return JSON.readTree(in);
        }
    }

    @ParameterizedTest
    @FieldSource("MODULES")
    void everyNameIsOfSomethingThatExists(Class<?> ofModule) throws Exception {
        JsonNode metadata = metadata(ofModule);
        assertThat(metadata.fieldNames()).toIterable().containsExactly("reflection", "resources");
        for (JsonNode entry : metadata.get("reflection")) {
            assertThat(entry.fieldNames())
                    .toIterable()
                    .isSubsetOf("type", "fields", "methods", "allDeclaredMethods", "jniAccessible");
            check(entry);
        }
        for (JsonNode entry : metadata.get("resources")) {
            String glob = entry.get("glob").asText();
            if (!glob.contains("slf4j")) { // a library that may be absent, of which the module asks whether it is there
                assertThat(ofModule.getClassLoader().getResource(glob)).as(glob).isNotNull();
            }
        }
    }

    /** Throws where the type, or a member of it, does not exist. */
    private static void check(JsonNode entry) throws ReflectiveOperationException {
        String name = entry.get("type").asText();
        if (name.startsWith("java.") && Runtime.version().feature() < 22) {
            return; // some of it is newer
        }
        Class<?> type = type(name);
        for (JsonNode field : entry.path("fields")) {
            assertThat(type.getDeclaredField(field.get("name").asText())).isNotNull();
        }
        for (JsonNode method : entry.path("methods")) {
            List<Class<?>> parameters = new ArrayList<>();
            for (JsonNode parameter : method.get("parameterTypes")) {
                parameters.add(type(parameter.asText()));
            }
            Class<?>[] types = parameters.toArray(Class<?>[]::new);
            assertThat(
                            method.get("name").asText().equals("<init>")
                                    ? type.getDeclaredConstructor(types)
                                    : type.getDeclaredMethod(method.get("name").asText(), types))
                    .isNotNull();
        }
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
        return name.equals("long") ? long.class : Class.forName(name, false, NativeImageTest.class.getClassLoader());
    }

    @ParameterizedTest
    @FieldSource("MODULES")
    void allThatIsLookedUpByNameIsListed(Class<?> ofModule) throws Exception {
        Set<String> listed = new TreeSet<>();
        for (Class<?> module : MODULES) {
            listed.addAll(metadata(module).findValuesAsText("type"));
            listed.addAll(metadata(module).findValuesAsText("name"));
            listed.addAll(metadata(module).findValuesAsText("glob"));
        }
        for (NameLookups.Call call : NameLookups.in(ofModule).calls()) {
            List<String> names = OTHER_NAMES.getOrDefault(
                    call.where(),
                    OTHER_NAMES.get(call.where().substring(0, call.where().indexOf('.'))));
            assertThat(listed)
                    .as(call.toString())
                    .containsAll(names != null ? names : List.of(call.name().orElse("a name that is no constant")));
        }
    }

    /** Also those of modules whose classes are not on this class path: any of them may be asked for its version. */
    @Test
    void theFileWithTheVersionOfEveryModuleForApplicationsIsListed() throws IOException {
        for (String artifact : BundleHeadersTest.published()) {
            Path folder = BundleHeadersTest.folder(artifact).resolve("src/main");
            Path listed = folder.resolve(
                    "resources/META-INF/native-image/io.valise/" + artifact + "/reachability-metadata.json");
            List<String> globs = JSON.readTree(listed.toFile()).get("resources").findValuesAsText("glob");
            try (Stream<Path> files = Files.list(folder.resolve("filtered/META-INF/valise"))) {
                assertThat(files)
                        .as(artifact)
                        .isNotEmpty()
                        .allSatisfy(file -> assertThat(globs).contains("META-INF/valise/" + file.getFileName()));
            }
        }
    }

    /** The class by name is one that the properties of its options name, and Valise gives it none. */
    @Test
    void jnatsLooksUpItsVersionAlone() throws Exception {
        assertThat(NameLookups.in(Nats.class).calls())
                .containsExactlyInAnyOrder(
                        new NameLookups.Call("Nats.<clinit>", Optional.of("/io/nats/jnats/version.properties")),
                        new NameLookups.Call("Options.createInstanceOf", Optional.empty()),
                        new NameLookups.Call("Options.createInstanceOf", Optional.empty()));
    }

    /** JNA looks for the native methods of a class, and binds them by JNI. */
    @ParameterizedTest
    @FieldSource("MODULES")
    void classesWithNativeMethodsAreListedWithThem(Class<?> ofModule) throws Exception {
        List<String> listed = new ArrayList<>();
        for (JsonNode entry : metadata(ofModule).get("reflection")) {
            if (entry.path("allDeclaredMethods").asBoolean()
                    && entry.path("jniAccessible").asBoolean()) {
                listed.add(entry.get("type").asText());
            }
        }
        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(NameLookups.in(ofModule).withNativeMethods());
    }
}
