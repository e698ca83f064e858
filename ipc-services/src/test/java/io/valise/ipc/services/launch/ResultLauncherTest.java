package io.valise.ipc.services.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.manifest.Manifests;
import io.valise.ipc.spi.Providers;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.rule.Variants;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs launched for a result, in processes of their own. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class ResultLauncherTest {
    @BeforeAll
    static void declare() {
        declare("target", Manifests.java(TargetProgram.class));
        declare("missing", "/opt/nowhere/target");
        declare("silent", "/bin/sh", "-c", "echo hello; exit 5");
    }

    private static void declare(String name, String... command) {
        Manifests.write(ResultLauncher.FOLDER, name, ValueSet.of("name", name, "command", command));
    }

    @AfterAll
    static void tidyUp() {
        Manifests.clear(ResultLauncher.FOLDER);
    }

    @ParameterizedTest
    @Variants({"pipe", "loopback", "shm"})
    void aTargetReportsItsResult(String transport) {
        ValueSet question = ValueSet.of("do", "echo", "bytes", new byte[90_000]);
        assertThat(ResultLauncher.standard()
                        .over(transport)
                        .launch("target", question)
                        .join())
                .isEqualTo(question);
    }

    @Test
    void onlyTheFirstReportCounts() {
        assertThat(ask("twice").join()).isEqualTo(ValueSet.of("report", 1));
    }

    @ParameterizedTest
    @CsvSource({
        "nothing,CANCELLED,ended with status 0; it said last: gave up; it reported no result",
        "die,PEER_DIED,ended with status 137",
    })
    void aTargetThatEndsWithoutAReportCompletesTheFuture(String what, IpcStatus status, String detail) {
        IpcException failure = failureOf(ask(what));
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure).hasMessageContaining(detail);
    }

    @Test
    void theLaunchersServerIsClosedBeforeTheFutureTellsOfTheTargetsEnd() {
        Set<Endpoint> before = served();
        Set<Endpoint> then =
                ask("nothing").handle((result, failure) -> served()).join();
        assertThat(before).containsAll(then);
    }

    private static Set<Endpoint> served() {
        return Providers.transports().all().stream()
                .flatMap(transport -> transport.endpoints().stream())
                .collect(Collectors.toSet());
    }

    @Test
    void aProgramThatIsNoTargetIsReportedWithWhatItSaid() {
        IpcException failure = failureOf(ResultLauncher.launchForResult("silent", ValueSet.empty()));
        assertThat(failure.status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThat(failure).hasMessageContaining("ended with status 5; it said last: hello");
    }

    @Test
    void questionsAndAnswersAreLimitedUnlessTheLimitIsRaised() {
        ValueSet longQuestion = ValueSet.of("do", "echo", "bytes", new byte[200 << 10]);
        IpcException failure = failureOf(ResultLauncher.launchForResult("target", longQuestion));
        assertThat(failure.status()).isEqualTo(IpcStatus.MESSAGE_TOO_LARGE);
        assertThat(failure).hasMessageContaining("input: limit=102400 bytes, actual=2048");
        assertThat(ask("too long").join()).isEqualTo(ValueSet.of("status", "MESSAGE_TOO_LARGE"));

        assertThat(ResultLauncher.standard()
                        .maxBytes(1 << 20)
                        .launch("target", longQuestion)
                        .join())
                .isEqualTo(longQuestion);
        assertThatThrownBy(() -> ResultLauncher.standard().maxBytes(0)).hasMessageContaining("limit=1 to");
    }

    @Test
    void whatIsNotDeclaredOrNotThereIsNotLaunched() {
        IpcException undeclared = failureOf(ResultLauncher.launchForResult("unknown", ValueSet.empty()));
        assertThat(undeclared.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
        assertThat(undeclared).hasMessageContaining("declared are [missing, silent, target]");
        IpcException missing = failureOf(ResultLauncher.launchForResult("missing", ValueSet.empty()));
        assertThat(missing.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
        assertThat(missing).hasMessageContaining("/opt/nowhere/target: no such program");
    }

    @Test
    void cancellingKillsTheTarget() {
        killedBy(result -> result.cancel(false));
    }

    @Test
    void completingTheFutureKillsTheTargetThatNoOneWaitsForAnyMore() {
        killedBy(result -> result.complete(ValueSet.empty()));
    }

    private static void killedBy(Consumer<CompletableFuture<ValueSet>> completion) {
        Set<ProcessHandle> before = children();
        CompletableFuture<ValueSet> result = ask("wait");
        List<ProcessHandle> targets =
                children().stream().filter(child -> !before.contains(child)).toList();
        assertThat(targets).isNotEmpty();
        completion.accept(result);
        targets.forEach(target -> target.onExit().join());
    }

    private static Set<ProcessHandle> children() {
        return ProcessHandle.current().children().collect(Collectors.toSet());
    }

    private static CompletableFuture<ValueSet> ask(String what) {
        return ResultLauncher.launchForResult("target", ValueSet.of("do", what));
    }

    private static IpcException failureOf(CompletableFuture<ValueSet> result) {
        ExecutionException failure = catchThrowableOfType(ExecutionException.class, result::get);
        return (IpcException) failure.getCause();
    }
}
