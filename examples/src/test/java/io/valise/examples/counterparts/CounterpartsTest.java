package io.valise.examples.counterparts;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.examples.ExampleManifests;
import io.valise.examples.ExampleRun;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.sharedmem.SharedRegion;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The lines of README.md's table of counterparts run, in a process of their own, with this one at the other end. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class CounterpartsTest {
    /** What is not run here, and why. */
    private static final Map<String, String> EXEMPT = Map.of(
            "appService", "its lines are of two processes, and the first one waits: HostingExamplesTest runs both",
            "otherUsers", "its name takes an administrator: SecurityExampleTest runs the like",
            "anonymousPipe", "its lines are of two processes, and name a jar: ChildPipesTest runs the like");

    private static final Map<String, String> EXPECTED = expected();

    private static Map<String, String> expected() {
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("message", "[id, prices]");
        expected.put("remoteObjects", "counted");
        expected.put("activation", "sum 100.0");
        expected.put("files", "opened");
        expected.put("consent", "0, then 1");
        expected.put("publisherFolder", "[sans.ttf]");
        expected.put("durableFiles", "12 bytes");
        expected.put("sharedFiles", "12 bytes");
        expected.put("helper", "{mistakes=1}");
        expected.put("launchForResult", "{colour=\"black\"}");
        expected.put("launchUri", "5 bytes");
        expected.put("loopbackRules", "connected");
        expected.put("loopbackManifest", "connected");
        expected.put("namedPipe", "served");
        expected.put("settings", "dark");
        expected.put("subKeys", "[fonts]");
        expected.put("access", "quotes.read");
        expected.put("derivedId", "admitted at pipe:derived");
        expected.put("revocation", "1 revoked");
        expected.put("sharedMemory", "shown");
        expected.put("namedObjects", "abandoned=false");
        return expected;
    }

    private String before = "";

    @BeforeEach
    void useTheConfigurationOfTheExamples() {
        before = TestHome.configuration().toString();
        System.setProperty(
                TestHome.CONFIGURATION_PROPERTY,
                TestHome.path().resolve("config").toString());
    }

    @AfterEach
    void restore() {
        System.setProperty(TestHome.CONFIGURATION_PROPERTY, before);
    }

    @Test
    void everyMethodIsRunOrExempt() {
        List<String> methods = Stream.of(Counterparts.class.getDeclaredMethods())
                .filter(method -> !method.isSynthetic() && !Modifier.isPrivate(method.getModifiers()))
                .map(Method::getName)
                .toList();
        List<String> known = new ArrayList<>(EXPECTED.keySet());
        known.addAll(EXEMPT.keySet());
        known.add("runtime");
        assertThat(methods).containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void theLinesDoWhatTheTableSays(@TempDir Path folder) throws Exception {
        String editor = AppIdentity.open("acme", "editor").id();
        ExampleManifests.declareSpelling(editor);
        ExampleManifests.declareColourPicker();
        ExampleManifests.declareSheets();
        ExampleManifests.declareShortener();
        AppIdentity quotes = AppIdentity.open("acme", "quotes");
        LoopbackAccessRules rules = LoopbackAccessRules.builder(quotes)
                .in(AppIdentity.open("acme", "reader").id())
                .build();
        try (IpcServer counters = CounterpartsRun.others()
                        .service("show", request -> shown(request.message()))
                        .start();
                IpcServer guarded = IpcServer.builder("loopback:quotes")
                        .loopbackRules(rules)
                        .start()) {
            List<String> arguments = new ArrayList<>(List.of(folder.toString()));
            arguments.addAll(EXPECTED.keySet());
            String printed = ExampleRun.of(CounterpartsRun.class, arguments.toArray(String[]::new));
            assertThat(printed.lines())
                    .containsAll(EXPECTED.entrySet().stream()
                            .map(each -> each.getKey() + ": " + each.getValue())
                            .toList());
            assertThat(List.of(counters.endpoints(), guarded.endpoints())).hasSize(2);
        }
    }

    /** In a runtime directory of its own: clean-up is refused while another process, such as this one, uses it. */
    @Test
    void theLinesOfTheRuntimeCleanUpAndInitialise(@TempDir Path home) throws Exception {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        assertThat(ExampleRun.in(home, CounterpartsRun.class, home.toString(), "runtime"))
                .isEqualTo("runtime: done");
        assertThat(home.resolve("in-use.lock")).exists();
    }

    private static ValueSet shown(ValueSet message) {
        try (SharedRegion picture = SharedRegion.open(message.getValueSet("picture"))) {
            assertThat(picture.size()).isEqualTo(64 << 20);
            return ValueSet.empty();
        }
    }
}
