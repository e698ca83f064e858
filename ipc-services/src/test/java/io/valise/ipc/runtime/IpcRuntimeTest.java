package io.valise.ipc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.runtime.Initialization.Status;
import io.valise.ipc.runtime.IpcRuntime.Option;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testlog.Logs;
import java.net.StandardProtocolFamily;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class IpcRuntimeTest {
    private static final VersionRange OURS = VersionRange.parse("[0.2,0.3)");
    private static final VersionRange LATER = VersionRange.parse("[9,)");
    private static final Set<Option> NONE = Set.of(Option.NONE);

    private final BlockingQueue<String> shown = new LinkedBlockingQueue<>();

    @TempDir
    Path home;

    @AfterEach
    void forgetHooks() {
        IpcRuntime.resetHooks();
        System.clearProperty("valise.runtime.provided");
    }

    @Test
    void whatAProcessHoldsIsNotCleanedUpUntilItIsKilled() throws Exception {
        List<String> options = List.of("-Dvalise.home=" + home);
        try (ForkedJvm a = ForkedJvm.start(options, RuntimeUser.class);
                ForkedJvm b = ForkedJvm.start(options, RuntimeUser.class)) {
            assertThat(home.resolve("in-use.lock"))
                    .as("nothing happens before the first use")
                    .doesNotExist();
            assertThat(a.ask("initialize", "[0.2,0.3)")).startsWith("0.2");
            a.ask("leave", "over");
            Files.writeString(home.resolve("foreign"), "x");

            assertThatThrownBy(() -> b.ask("cleanUp"))
                    .hasMessageContaining("ADDRESS_IN_USE")
                    .hasMessageContaining("in use by pid " + a.pid() + " (");
            a.kill();

            assertThat(b.ask("cleanUp")).isEqualTo("Cleaned[files=1, leftAlone=[foreign]]");
            assertThat(home.resolve("foreign")).exists();
        }
    }

    @Test
    void callsAreCountedAndMustAgree() {
        IpcRuntime first = IpcRuntime.initialize(OURS, NONE);
        try (first;
                IpcRuntime second = IpcRuntime.initialize(VersionRange.any(), NONE)) {
            assertThat(second.findings()).isEqualTo(first.findings());
            assertThat(first.version().orElseThrow()).hasToString("0.2.0");
            assertThat(first.findings().transports())
                    .extracting(Component::name)
                    .containsExactly("io.valise.ipc.sharedmem", "io.valise.ipc.pipes", "io.valise.ipc.loopback");
            assertThat(first.findings().transports()).allSatisfy(transport -> {
                assertThat(transport.version()).isEqualTo(first.version());
                assertThat(transport.builtFor()).isEqualTo(first.version());
            });
            assertThat(IpcRuntime.tryInitialize(LATER, NONE).message())
                    .contains("needed=[9,), found=io.valise.ipc 0.2.0")
                    .contains("initialised already");
        }
        first.close();
    }

    @Test
    void versionThatDoesNotMatchIsReportedToTheCaller() {
        IpcRuntime.onDebugBreak(message -> shown.add("break: " + message));
        IpcRuntime.onShowUi(message -> shown.add("show: " + message));

        Initialization result =
                IpcRuntime.tryInitialize(LATER, EnumSet.of(Option.ON_ERROR_DEBUG_BREAK, Option.ON_NO_MATCH_SHOW_UI));

        assertThat(result.status()).isEqualTo(Status.NO_MATCH);
        assertThat(shown).hasSize(2).allMatch(message -> message.contains("needed=[9,), found=io.valise.ipc 0.2.0"));
        assertThatThrownBy(result::orElseThrow)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.VERSION_MISMATCH));
        shown.clear();
        assertThat(IpcRuntime.tryInitialize(LATER, NONE).succeeded()).isFalse();
        assertThat(shown).isEmpty();
    }

    @Test
    @Logs("a hook for a failed initialisation failed")
    void aHookThatFailsTakesNothingFromTheOthersOrTheCaller() {
        IpcRuntime.onShowUi(message -> {
            throw new IllegalStateException("no display");
        });
        IpcRuntime.onDebugBreak(shown::add);
        Initialization result =
                IpcRuntime.tryInitialize(LATER, EnumSet.of(Option.ON_ERROR_DEBUG_BREAK, Option.ON_NO_MATCH_SHOW_UI));
        assertThat(result.status()).isEqualTo(Status.NO_MATCH);
        assertThat(shown).containsExactly(result.message());
    }

    @Test
    void aContextLoaderThatSeesNothingHidesNoTransport() throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader empty = new URLClassLoader("empty", new URL[0], ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(empty);
            try (IpcRuntime runtime = IpcRuntime.initialize(OURS, NONE)) {
                assertThat(runtime.findings().transports()).hasSize(3);
            }
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    @Test
    void aProvidedRuntimeIsLeftAlone() {
        System.setProperty("valise.runtime.provided", "a container");
        assertThat(IpcRuntime.tryInitialize(OURS, NONE).status()).isEqualTo(Status.ALREADY_PROVIDED);
        try (IpcRuntime runtime = IpcRuntime.initialize(LATER, Set.of(Option.ON_PACKAGE_IDENTITY_NOOP))) {
            assertThat(runtime.findings().problems()).isEmpty();
        }
    }

    @Test
    void initializingHoldsTheDirectoryNoLongerThanItIsOpen() {
        List<String> options = List.of("-Dvalise.home=" + home);
        try (ForkedJvm process = ForkedJvm.start(options, RuntimeUser.class);
                ForkedJvm cleaner = ForkedJvm.start(options, RuntimeUser.class)) {
            process.ask("initializeAndClose");
            process.ask("noMatch");
            process.ask("noop");
            assertThat(cleaner.ask("cleanUp")).isEqualTo("Cleaned[files=0, leftAlone=[]]");
            assertThat(process.ask("cleanUp")).isEqualTo("Cleaned[files=0, leftAlone=[]]");
        }
    }

    @Test
    void serverThatHoldsNoLockIsAskedBeforeItsSocketIsRemoved() throws Exception {
        List<String> options = List.of("-Dvalise.home=" + home);
        try (ForkedJvm cleaner = ForkedJvm.start(options, RuntimeUser.class)) {
            String socket = cleaner.ask("leave", "quotes");
            Files.delete(Path.of(socket));
            try (ServerSocketChannel foreign = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                foreign.bind(UnixDomainSocketAddress.of(socket));
                try (ForkedJvm other = ForkedJvm.start(options, RuntimeUser.class)) {
                    cleaner.kill();
                    assertThatThrownBy(() -> other.ask("cleanUp"))
                            .hasMessageContaining("ADDRESS_IN_USE")
                            .hasMessageContaining("a server that holds no lock serves left:quotes");
                    assertThat(Path.of(socket)).exists();
                    foreign.close();
                    assertThat(other.ask("cleanUp")).isEqualTo("Cleaned[files=1, leftAlone=[]]");
                }
            }
        }
    }

    /** Those are for a program that has none. */
    @Test
    void aProgramThatHasTransportsIsNotAskedForTheSettingsOfAnInstalledPart() {
        List<String> options =
                List.of("-Dvalise.runtime.range=[9,)", "-Dvalise.runtime.options=ON_ERROR_FAIL_FAST,ON_TUESDAY");
        try (ForkedJvm process = ForkedJvm.start(options, RuntimeUser.class)) {
            assertThat(process.ask("ensure")).isEqualTo("went on");
            assertThat(process.ask("initialize", "[0.2,0.3)")).startsWith("0.2");
        }
    }

    /** It is no reason of its own, and thrown; the option counts all the same. */
    @Test
    void anErrorOfTheRuntimeDirectoryIsOneForTheOptionsToo() throws Exception {
        Files.createDirectory(home.resolve("in-use.lock"));
        try (ForkedJvm process = ForkedJvm.start(List.of("-Dvalise.home=" + home), RuntimeUser.class)) {
            for (int first = 0; first < 2; first++) {
                assertThatThrownBy(() -> process.ask("ensure")).hasMessageContaining("RESOURCE_EXHAUSTED");
            }
            assertThatThrownBy(() -> process.ask("failFast", "[0.2,0.3)")).isInstanceOf(AssertionError.class);
            assertThat(process.awaitExit()).isEqualTo(134);
            assertThat(process.printed()).contains("cannot go on: INCOMPLETE: cannot lock");
        }
    }

    @Test
    void failingFastEndsTheProcess() {
        try (ForkedJvm process = ForkedJvm.start(RuntimeUser.class)) {
            assertThatThrownBy(() -> process.ask("failFast", "[9,)")).isInstanceOf(AssertionError.class);
            assertThat(process.awaitExit()).isEqualTo(134);
            assertThat(process.printed()).contains("cannot go on: NO_MATCH: version: needed=[9,)");
        }
    }
}
