package io.valise.ipc.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the modules show and need. The tests of this build run on the class path, so the module path is tested here: all modules are resolved, those of third parties too.
 */
class ModuleRulesTest {
    private static final Path[] PATH = Arrays.stream(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(entry -> !entry.endsWith("test-classes"))
            .toArray(Path[]::new);
    private static final ModuleFinder MODULES = ModuleFinder.of(PATH);

    @Test
    void theApiShowsContractAndSpiAlone() {
        assertThat(exports("io.valise.ipc"))
                .containsExactlyInAnyOrder(
                        "io.valise.ipc",
                        "io.valise.ipc.identity",
                        "io.valise.ipc.runtime",
                        "io.valise.ipc.spi",
                        "io.valise.ipc.spi.stream");
    }

    /** What the modules of this build share is no promise to others, and each module sees only what it uses. */
    @Test
    void whatOurTransportsShareIsShownToTheModulesOfThisBuildAlone() {
        Map<String, Set<String>> shared = descriptor("io.valise.ipc").exports().stream()
                .filter(Exports::isQualified)
                .collect(Collectors.toMap(Exports::source, Exports::targets));
        assertThat(shared)
                .containsOnly(
                        Map.entry(
                                "io.valise.ipc.spi.mapping", Set.of("io.valise.ipc.services", "io.valise.ipc.spring")),
                        Map.entry(
                                "io.valise.ipc.spi.runtime",
                                Set.of(
                                        "io.valise.ipc.cli",
                                        "io.valise.ipc.loopback",
                                        "io.valise.ipc.nats",
                                        "io.valise.ipc.pipes",
                                        "io.valise.ipc.services",
                                        "io.valise.ipc.sharedmem",
                                        "io.valise.ipc.testkit")),
                        Map.entry(
                                "io.valise.ipc.spi.schema",
                                Set.of(
                                        "io.valise.ipc.cli",
                                        "io.valise.ipc.micrometer",
                                        "io.valise.ipc.opentelemetry",
                                        "io.valise.ipc.services")),
                        Map.entry(
                                "io.valise.ipc.spi.secret",
                                Set.of("io.valise.ipc.loopback", "io.valise.ipc.sharedmem")));
    }

    @Test
    void theApiNeedsTheJdkAlone() {
        Set<String> needed = descriptor("io.valise.ipc").requires().stream()
                .filter(requires -> !requires.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                .map(ModuleDescriptor.Requires::name)
                .collect(Collectors.toSet());
        assertThat(needed).allMatch(name -> name.startsWith("java.") || name.equals("jdk.net")); // SO_PEERCRED
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pipes",
                "sharedmem",
                "loopback",
                "nats",
                "services",
                "micrometer",
                "opentelemetry",
                "testlog",
                "testkit",
                "cli"
            })
    void aModuleShowsOnlyPackagesOfItsOwnName(String room) {
        String name = "io.valise.ipc." + room;
        assertThat(exports(name))
                .allMatch(shown -> shown.equals(name) || shown.startsWith(name + "."))
                .noneMatch(shown -> shown.contains(".internal"));
    }

    @Test
    void allOfItResolvesOnTheModulePath() {
        Configuration jdk = ModuleLayer.boot().configuration();
        assertThatCode(() -> {
                    Configuration resolved = jdk.resolve(MODULES, ModuleFinder.ofSystem(), Set.of("io.valise.ipc.cli"));
                    ModuleLayer.boot().defineModulesWithOneLoader(resolved, ClassLoader.getPlatformClassLoader());
                })
                .doesNotThrowAnyException();
    }

    private static List<String> exports(String module) {
        return descriptor(module).exports().stream()
                .filter(shown -> !shown.isQualified())
                .map(Exports::source)
                .collect(Collectors.toList());
    }

    private static ModuleDescriptor descriptor(String module) {
        return MODULES.find(module).map(ModuleReference::descriptor).orElseThrow(() -> new AssertionError(module));
    }
}
