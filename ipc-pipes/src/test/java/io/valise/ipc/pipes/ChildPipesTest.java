package io.valise.ipc.pipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.ReconnectPolicy;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.JavaCommand;
import io.valise.ipc.testlog.OpenDescriptors;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Between real processes. */
@DisabledOnOs(OS.WINDOWS)
class ChildPipesTest {
    private final List<IpcConnection> open = new ArrayList<>();

    @TempDir
    Path temp;

    @AfterEach
    void closeAll() {
        open.forEach(IpcConnection::close);
    }

    static List<String> command(String... arguments) {
        List<String> command = JavaCommand.ofThisClassPath();
        command.add(ChildProgram.class.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    private static ProcessBuilder program(String... arguments) {
        return new ProcessBuilder(command(arguments)).redirectError(Redirect.DISCARD);
    }

    private IpcConnection connect(IpcClient.Builder builder) {
        IpcConnection connection = builder.connect();
        open.add(connection);
        return connection;
    }

    private static ProcessHandle processOf(IpcConnection child) {
        return ProcessHandle.of(child.request("pid", ValueSet.empty()).getLong("pid"))
                .orElseThrow();
    }

    private static void awaitExit(ProcessHandle process) throws Exception {
        process.onExit().get(20, TimeUnit.SECONDS);
        assertThat(Path.of("/proc", Long.toString(process.pid()))).doesNotExist(); // not even a zombie
    }

    private static CloseReason end(IpcConnection connection) {
        return connection.closed().toCompletableFuture().join();
    }

    private static void failsWith(IpcStatus status, String words, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(status))
                .hasMessageContaining(words);
    }

    @Test
    void bothEndsServeAndCallAndKnowEachOther() throws Exception {
        IpcConnection child = connect(ChildPipes.child(
                        program("serves", file("end").toString()))
                .service(
                        "parents",
                        request -> ValueSet.of(
                                "from", "parent", "caller", request.caller().sameUser()))
                .requestTimeout(Duration.ofSeconds(20)));
        byte[] megabyte = new byte[1 << 20];
        megabyte[megabyte.length - 1] = 7;
        for (Object value : List.of("text", 1, megabyte)) {
            ValueSet message = ValueSet.of("value", value);
            assertThat(child.request("echo", message)).isEqualTo(message);
        }
        ValueSet answer = child.request("ask-back", ValueSet.empty());
        assertThat(answer).isEqualTo(ValueSet.of("from", "parent", "caller", true));
        assertThat(child.peer().sameUser()).isTrue();
        assertThat(child.peer().evidence()).isEqualTo(PeerIdentity.Evidence.KERNEL);
        ProcessHandle process = processOf(child);
        assertThat(child.peer().pid()).hasValue(process.pid());
        assertThat(child.endpoint()).hasToString("stdio:java");
        child.close();
        awaitExit(process);
        assertThat(Files.readString(file("end"))).isEqualTo("CONNECTION_CLOSED true");
    }

    private Path file(String name) {
        return temp.resolve(name);
    }

    @Test
    void aNoisyChildCannotGetBetweenFrames() throws Exception {
        Path errors = file("errors");
        IpcConnection child = connect(ChildPipes.child(program("noisy").redirectError(errors.toFile())));
        for (int i = 0; i < 200; i++) {
            ValueSet message = ValueSet.of("i", i);
            assertThat(child.request("echo", message)).isEqualTo(message);
        }
        assertThat(child.request("read", ValueSet.empty()).getInt("byte")).isEqualTo(-1);
        ProcessHandle process = processOf(child);
        child.close();
        awaitExit(process);
        assertThat(Files.readString(errors))
                .contains("between frames x", "raw: java.io.IOException")
                .doesNotContain("before the first frame", "grandchild");
    }

    @Test
    void aKilledChildEndsEveryCall() throws Exception {
        IpcConnection child = connect(ChildPipes.child(program("serves")));
        ProcessHandle process = processOf(child);
        CompletableFuture<ValueSet> pending = child.requestAsync("stall", ValueSet.empty());
        child.request("echo", ValueSet.empty());
        process.destroyForcibly();
        assertThat(end(child).status()).isEqualTo(IpcStatus.PEER_DIED);
        assertThatThrownBy(pending::join).hasCauseInstanceOf(IpcException.class);
        failsWith(IpcStatus.PEER_DIED, "ended", () -> child.request("echo", ValueSet.empty()));
        awaitExit(process);
    }

    @Test
    void aChildThatGoesWithoutGoawayHasDiedAndOneThatSaysItHasClosed() throws Exception {
        for (String way : List.of("halt", "exit", "leave")) {
            IpcConnection child = connect(ChildPipes.child(program("serves")));
            ProcessHandle process = processOf(child);
            child.requestAsync(way, ValueSet.empty()).exceptionally(e -> ValueSet.empty());
            IpcStatus expected = way.equals("leave") ? IpcStatus.CONNECTION_CLOSED : IpcStatus.PEER_DIED;
            assertThat(end(child).status()).as(way).isEqualTo(expected);
            awaitExit(process);
        }
    }

    @Test
    void aKilledParentIsToldToTheChildWhichGoesToo() throws Exception {
        try (ForkedJvm parent = ForkedJvm.start(ParentProgram.class)) {
            ProcessHandle child = ProcessHandle.of(Long.parseLong(
                            parent.ask("start", "serves", file("end").toString())))
                    .orElseThrow();
            parent.kill();
            child.onExit().get(20, TimeUnit.SECONDS);
            assertThat(Files.readString(file("end"))).isEqualTo("PEER_DIED true");
        }
    }

    @Test
    void programsThatDoNotBecomeChildrenSayWhy() {
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, "/no/such/program", () -> ChildPipes.spawn("/no/such/program"));
        failsWith(
                IpcStatus.PEER_DIED,
                "ended with status 7 before it called ChildPipes.parent(); its standard error says why;"
                        + " it printed: usage: gone",
                () -> ChildPipes.child(program("gone")).connect());
        failsWith(
                IpcStatus.TIMEOUT,
                "nothing came through the pipe in time",
                () -> ChildPipes.child(new ProcessBuilder("sleep", "60"))
                        .connectTimeout(Duration.ofMillis(300))
                        .connect());
        assertThatThrownBy(ChildPipes::spawn).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutAParentTheChildSaysSo() throws Exception {
        Path errors = file("errors");
        Process closed = program("serves")
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(Redirect.DISCARD)
                .redirectError(errors.toFile())
                .start();
        assertThat(closed.waitFor()).isEqualTo(1);
        assertThat(Files.readString(errors)).contains("standard input ended without a connection");
    }

    @Test
    void aShellMayLayThePipes() throws Exception {
        String asks = quoted(command("asks", file("heard").toString()));
        String answers = quoted(command("serves", file("end").toString()));
        String back = file("back").toString();
        Process shell = new ProcessBuilder(
                        "sh",
                        "-c",
                        "mkfifo '" + back + "'; " + asks + " <'" + back + "' | " + answers + " >'" + back + "'")
                .inheritIO()
                .start();
        assertThat(shell.waitFor()).isZero();
        assertThat(Files.readString(file("heard"))).isEqualTo("through the shell");
        assertThat(Files.readString(file("end"))).isEqualTo("CONNECTION_CLOSED true");
    }

    private static String quoted(List<String> command) {
        return "'" + String.join("' '", command) + "'";
    }

    @Test
    void aReconnectPolicyStartsTheProgramAgain() {
        IpcConnection child = connect(ChildPipes.child(program("serves"))
                .reconnect(ReconnectPolicy.standard().idempotent("pid"))
                .requestTimeout(Duration.ofSeconds(20)));
        ProcessHandle first = processOf(child);
        first.destroyForcibly();
        ProcessHandle second = processOf(child);
        assertThat(second.pid()).isNotEqualTo(first.pid());
    }

    @Test
    void nothingLeaks() throws Exception {
        ChildPipes.child(program("serves")).connect().close(); // all classes and shared threads are there
        awaitNoPump();
        OpenDescriptors before = OpenDescriptors.now();
        for (int i = 0; i < 20; i++) {
            failsWith(IpcStatus.PEER_DIED, "status 3", () -> ChildPipes.spawn("sh", "-c", "exit 3"));
        }
        IpcConnection child = ChildPipes.child(program("serves")).connect();
        ProcessHandle process = processOf(child);
        child.close();
        awaitExit(process);
        awaitNoPump();
        before.awaitNoMore();
    }

    /** The threads that read and write end a moment after the process did. */
    private static void awaitNoPump() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("valise-child")) {
                thread.join();
            }
        }
    }

    @Test
    void aStubbornChildIsTerminated() throws Exception {
        Path pid = file("pid");
        String stubborn = "echo $$ >'" + pid + "'; printf '\\0valise pipe 1\\n'; exec sleep 60";
        failsWith(
                IpcStatus.TIMEOUT,
                "HELLO",
                () -> ChildPipes.child(new ProcessBuilder("sh", "-c", stubborn))
                        .connectTimeout(Duration.ofSeconds(3)) // in which it writes its pid, on a busy machine too
                        .connect());
        ProcessHandle process =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).trim())).orElseThrow();
        assertThat(process.isAlive()).isTrue();
        awaitExit(process);
    }
}
