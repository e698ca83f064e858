package io.valise.ipc.services.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.services.manifest.Manifests;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Variants;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** Targets in processes of their own, which are given files, return files, and learn who has launched them. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class LaunchWithFilesTest {
    private static final int MUCH = 10_000_000;

    private static AppIdentity editor;

    @TempDir
    private Path temp;

    @BeforeAll
    static void declare() {
        Manifests.home();
        editor = AppIdentity.open("acme", "editor");
        Manifests.write(
                ResultLauncher.FOLDER,
                "files",
                ValueSet.of(
                        "name", "files", "command", Manifests.java(FileTargetProgram.class), "schemes", new String[] {
                            "convert"
                        }));
        Manifests.write(ResultLauncher.FOLDER, "silent", ValueSet.of("name", "silent", "command", new String[] {
            "/bin/sh", "-c", "exit 5"
        }));
    }

    @AfterAll
    static void tidyUp() {
        Manifests.clear(ResultLauncher.FOLDER);
        ForkedJvm.killAll();
    }

    @ParameterizedTest
    @Variants({"pipe", "loopback", "shm"})
    void aFileGoesThereAndAnotherComesBackAndTheTargetKnowsItsCaller(String transport) throws Exception {
        SharedFiles files = new SharedFiles();
        ValueSet input = ValueSet.of(
                "do", "convert",
                "file", files.add(Files.writeString(temp.resolve("text"), "some text")),
                "path", temp.resolve("converted").toString());
        URI uri = URI.create("CONVERT:?to=upper%20case#é");
        ResultLauncher launcher =
                ResultLauncher.standard().over(transport).identity(editor).sharing(files);
        try (LaunchedTarget target = launcher.start(uri, input)) {
            ValueSet result = target.result().join();

            assertThat(result.toBuilder().put("file", "a token").build())
                    .isEqualTo(ValueSet.of(
                            "caller", editor.id(),
                            "sameUser", true,
                            "pid", ProcessHandle.current().pid(),
                            "uri", uri.toString(),
                            "file", "a token"));
            assertThat(target.connection().join().endpoint().scheme()).isEqualTo(transport);
            assertThat(target.connection().join().peer().applicationId())
                    .contains(AppIdentity.open("acme", "converter").id());
            try (SharedFile file = SharedFiles.redeem(target.connection().join(), result.getString("file"))) {
                file.copyTo(temp.resolve("copy"));
            }
            assertThat(temp.resolve("copy")).hasContent("SOME TEXT");
            assertThat(target.exited().toCompletableFuture()).isNotDone();
            target.close();
            assertThat(target.exited().toCompletableFuture().join()).isZero();
        }
        assertThat(files.outstanding()).isZero();
    }

    @ParameterizedTest
    @Variants({"loopback", "shm", "pipe"})
    void aTargetThatIsKilledBreaksTheTransferOff(String transport) throws Exception {
        try (LaunchedTarget target = ResultLauncher.standard().over(transport).start("files", sharing());
                SharedFile file = SharedFiles.redeem(
                        target.connection().join(), target.result().join().getString("file"))) {
            assertThat(file.read(ByteBuffer.allocate(1000))).isPositive();
            ProcessHandle.of(target.pid()).orElseThrow().destroyForcibly();
            assertThat(target.exited().toCompletableFuture().join()).isNotZero();
            assertThatThrownBy(file::readAll).isInstanceOf(IpcException.class);
        }
    }

    @ParameterizedTest
    @Variants({"shm", "pipe", "loopback"})
    void aTargetWhoseFileWasNotRedeemedEndsWithItsLauncher(String transport) throws Exception {
        try (ForkedJvm launcher = ForkedJvm.start(Manifests.OPTIONS, LauncherProgram.class)) {
            Path file = Files.writeString(temp.resolve("shared"), "not read");
            ProcessHandle target = ProcessHandle.of(Long.parseLong(launcher.ask("target", transport, file)))
                    .orElseThrow();
            assertThat(target.isAlive()).isTrue();
            launcher.kill();
            assertThat(target.onExit().join().isAlive()).isFalse();
        }
    }

    @Test
    void aTargetWhoseFileIsNotWantedEndsWhenItsLauncherClosesIt() throws Exception {
        LaunchedTarget target = ResultLauncher.standard().start("files", sharing());
        target.result().join();
        target.close();
        assertThat(target.exited().toCompletableFuture().join()).isZero();
    }

    @Test
    void closingBeforeTheReportKillsTheTarget() {
        LaunchedTarget target = ResultLauncher.standard().start("files", ValueSet.of("do", "caller"));
        target.close();
        assertThat(target.exited().toCompletableFuture().join()).isNotNull();
        assertThat(target.result()).isDone();
    }

    @Test
    void aLauncherThatTakesNoFilesIsGivenNone() throws Exception {
        ValueSet result = ResultLauncher.launchForResult("files", sharing()).join();
        assertThat(result.getString("status")).isEqualTo(IpcStatus.UNSUPPORTED.name());
        assertThat(result.getString("reason")).contains("by start(..), not by launch(..); or report a durable token");
    }

    @Test
    void aTokenThatIsNotOneOfTheLaunchersFilesIsRefused() {
        ValueSet input = ValueSet.of("do", "redeem", "file", "not a token");
        assertThat(ResultLauncher.standard()
                        .sharing(new SharedFiles())
                        .launch("files", input)
                        .join()
                        .getString("status"))
                .isEqualTo(IpcStatus.ACCESS_DENIED.name());
        assertThat(ResultLauncher.launchForResult("files", input).join().getString("status"))
                .isEqualTo(IpcStatus.SERVICE_NOT_FOUND.name());
    }

    @Test
    void aCallerWithoutAnIdentityIsNoApplication() {
        ValueSet result = ResultLauncher.launchForResult("files", ValueSet.of("do", "caller"))
                .join();
        assertThat(result.getString("caller")).isEqualTo("no application");
        assertThat(result.getBoolean("sameUser")).isTrue();
        assertThat(result.getString("uri")).isEqualTo("no URI");
    }

    @Test
    void theConnectionToATargetThatNeverCameInFailsAsItsResult() {
        try (LaunchedTarget target = ResultLauncher.standard().start("silent", ValueSet.empty())) {
            for (CompletableFuture<?> future : List.of(target.connection(), target.result())) {
                assertThatThrownBy(future::join)
                        .hasCauseInstanceOf(IpcException.class)
                        .hasMessageContaining("PEER_DIED")
                        .hasMessageContaining("ended with status 5; it said nothing; it reported no result");
            }
        }
    }

    /** Asks for a file too long to be sent before it is read. */
    private ValueSet sharing() throws Exception {
        Path file = Files.write(temp.resolve("long"), new byte[MUCH]);
        return ValueSet.of("do", "share", "path", file.toString());
    }
}
