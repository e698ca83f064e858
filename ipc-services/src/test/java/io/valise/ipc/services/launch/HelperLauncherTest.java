package io.valise.ipc.services.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.launch.LaunchResult.Status;
import io.valise.ipc.services.manifest.Manifests;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Variants;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Helpers in processes of their own, and those that cannot be started. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class HelperLauncherTest {
    private static final String[] HELPER = Manifests.java(HelperProgram.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(40);

    private static AppIdentity editor;
    private static AppIdentity viewer;

    @BeforeAll
    static void declare() {
        Manifests.home();
        editor = AppIdentity.open("acme", "editor");
        viewer = AppIdentity.open("acme", "viewer");
        Path plainFile = Manifests.write(
                HelperLauncher.FOLDER, AppIdentity.open("acme", "plain").id(), "no program");
        ValueSet helpers = ValueSet.builder()
                .put("double", HELPER)
                .put("missing", new String[] {"/opt/nowhere/helper"})
                .put("locked", new String[] {plainFile.toString()})
                .put("broken", new String[] {"/bin/sh", "-c", "echo a broken wing >&2; exit 4"})
                .put("guarded", Manifests.java(HelperProgram.class, "editor"))
                .put("deaf", new String[] {"/bin/sleep", "60"})
                .build();
        declare(editor.id(), editor.id(), helpers);
        declare(viewer.id(), viewer.id(), ValueSet.of("of the editor", Manifests.java(HelperProgram.class, "editor")));
        declare(AppIdentity.open("acme", "copy").id(), editor.id(), helpers);
    }

    private static void declare(String file, String application, ValueSet helpers) {
        Manifests.write(HelperLauncher.FOLDER, file, ValueSet.of("application", application, "helpers", helpers));
    }

    @AfterAll
    static void tidyUp() {
        Manifests.clear(HelperLauncher.FOLDER);
    }

    @ParameterizedTest
    @Variants({"loopback", "shm", "pipe"})
    void aHelperIsConnectedWhenTheCallReturnsAndEndsWhenItIsClosed(String transport) throws Exception {
        LaunchResult result =
                HelperLauncher.of(editor).over(transport).within(TIMEOUT).launch("double");

        assertThat(result.status()).as(result.detail()).isEqualTo(Status.SUCCESS);
        try (RunningHelper helper = result.helper()) {
            assertThat(helper.connection().endpoint().scheme()).isEqualTo(transport);
            assertThat(helper.connection().request("double", ValueSet.of("number", 21)))
                    .isEqualTo(ValueSet.of("number", 42));
            assertThat(helper.pid()).isNotEqualTo(ProcessHandle.current().pid());
        }
        assertThat(result.helper().exited().toCompletableFuture().join()).isZero();
    }

    @ParameterizedTest
    @Variants({"shm", "pipe", "loopback"})
    void anotherApplicationCannotLaunchThem(String transport) {
        try (ForkedJvm other = ForkedJvm.start(Manifests.OPTIONS, LauncherProgram.class)) {
            for (String application : List.of("acme/viewer", "other/editor")) {
                assertThat(other.ask("try " + transport + " double " + application))
                        .startsWith("ACCESS_DENIED group \"double\" is not declared in ")
                        .contains(application.substring(application.indexOf('/') + 1) + "_");
            }
            assertThat(other.ask("try " + transport + " double acme/editor")).isEqualTo("SUCCESS");
        }
    }

    @ParameterizedTest
    @Variants({"pipe", "loopback", "shm"})
    void aHelperWithAnIdentityServesItsOwnApplicationAlone(String transport) {
        HelperLauncher own = HelperLauncher.of(editor).over(transport).within(TIMEOUT);
        try (RunningHelper helper = own.launch("guarded").helper()) {
            assertThat(helper.connection().peer().applicationId()).contains(editor.id());
            assertThat(helper.connection().request("double", ValueSet.of("number", 4)))
                    .isEqualTo(ValueSet.of("number", 8));
        }
        LaunchResult foreign =
                HelperLauncher.of(viewer).over(transport).within(TIMEOUT).launch("of the editor");
        assertThat(foreign.status()).isEqualTo(Status.UNKNOWN);
        assertThat(foreign.detail())
                .contains("ACCESS_DENIED: this helper belongs to " + editor.id() + "; its launcher has proved to be "
                        + viewer.id());
    }

    @Test
    void theCommandLineIsTheDeclaredOneAndNothingSecretIsInIt() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/cmdline")), "needs Linux's /proc");
        try (RunningHelper helper =
                HelperLauncher.of(editor).within(TIMEOUT).launch("double").helper()) {
            String line = Files.readString(Path.of("/proc/" + helper.pid() + "/cmdline"));
            assertThat(List.of(line.split("\0"))).containsExactly(HELPER);
            assertThat(Files.readString(Path.of("/proc/" + helper.pid() + "/environ")))
                    .doesNotContain(LaunchListener.SECRET)
                    .doesNotContain(helper.connection().endpoint().name());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "editor,other,ACCESS_DENIED,'group \"other\" is not declared in '",
        "viewer,double,ACCESS_DENIED,declared are [of the editor]",
        "unknown,double,ACCESS_DENIED,declared are []",
        "copy,double,UNKNOWN,'\"application\": expected the file''s, \"copy_'",
        "editor,missing,FILE_NOT_FOUND,/opt/nowhere/helper: no such program",
        "editor,locked,ACCESS_DENIED,not executable",
        "editor,broken,UNKNOWN,ended with status 4; it said last: a broken wing; it never connected",
        "plain,any,UNKNOWN,.json: line 1",
    })
    void whatCannotBeLaunchedSaysWhy(String application, String group, Status status, String detail) {
        LaunchResult result = HelperLauncher.of(AppIdentity.open("acme", application))
                .within(TIMEOUT)
                .launch(group);
        assertThat(result.status()).as(result.detail()).isEqualTo(status);
        assertThat(result.detail()).contains(detail);
        assertThatThrownBy(result::helper)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(detail);
    }

    @Test
    void aHelperThatDoesNotConnectInTimeIsKilled() {
        LaunchResult result =
                HelperLauncher.of(editor).within(Duration.ofMillis(300)).launch("deaf");
        assertThat(result.status()).isEqualTo(Status.UNKNOWN);
        assertThat(result.detail()).matches("process \\d+ did not connect: limit=PT0.3S");
        ProcessHandle.of(Long.parseLong(result.detail().split(" ", 3)[1]))
                .ifPresent(process -> process.onExit().join());
    }

    @Test
    void aHelperEndsWhenItsLauncherIsKilled() {
        try (ForkedJvm launcher = ForkedJvm.start(Manifests.OPTIONS, LauncherProgram.class)) {
            ProcessHandle helper = ProcessHandle.of(Long.parseLong(launcher.ask("helper pipe double acme/editor")))
                    .orElseThrow();
            launcher.kill();
            assertThat(helper.onExit().join().isAlive()).isFalse();
        }
    }

    @Test
    void groupsAreThoseDeclared() {
        assertThat(HelperLauncher.of(editor).groups())
                .contains("double", "missing")
                .hasSize(6);
        assertThat(HelperLauncher.of(AppIdentity.open("acme", "unknown")).groups())
                .isEmpty();
        assertThatThrownBy(() -> HelperLauncher.of(editor).within(Duration.ZERO))
                .hasMessageContaining("must be positive");
    }
}
