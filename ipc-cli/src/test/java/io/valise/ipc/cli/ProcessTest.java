package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.CloseReason;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.rule.Variants;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as a process, through its main method: exit status, standard error, signals. */
@ExtendWith(HangWatchdog.class)
class ProcessTest {
    @Test
    void serverAndClientAreProcesses() throws Exception {
        try (ForkedIpc server = ForkedIpc.start("serve", "any:forked", "--until-eof")) {
            assertThat(server.nextLine()).isEqualTo("serving shm:forked");
            assertThat(server.nextLine()).isEqualTo("serving pipe:forked");
            assertThat(server.nextLine()).isEqualTo("serving loopback:forked");
            assertThat(ForkedIpc.run("call", "any:forked", "echo", "{\"글\": \"한글 ✓\"}", "--json"))
                    .isEqualTo(new CommandRun(0, "{\"글\":\"한글 ✓\"}", ""));
            CommandRun list = ForkedIpc.run("list", "--json", "--timeout", "20s");
            assertThat(list.err()).isEmpty();
            assertThat(list.json().get("servers"))
                    .hasSize(3)
                    .allMatch(each -> each.get("application").textValue().equals("ipc serve")
                            && each.get("pid").longValue() == server.process().pid());
            server.process().getOutputStream().close();
            assertThat(server.end()).isEqualTo(new CommandRun(0, "", ""));
        }
        CommandRun gone = ForkedIpc.run("call", "any:forked", "echo");
        assertThat(gone.status()).isEqualTo(1);
        assertThat(gone.err()).startsWith("ipc: ENDPOINT_NOT_FOUND: ").hasLineCount(2);
    }

    @ParameterizedTest
    @Variants({"shm:signalled", "pipe:signalled", "loopback:signalled"})
    void aSignalEndsAServerInGoodOrder(String endpoint) throws Exception {
        assumeTrue(ProcessHandle.current().supportsNormalTermination(), "no SIGTERM here");
        try (ForkedIpc server = ForkedIpc.start("serve", endpoint)) {
            assertThat(server.nextLine()).isEqualTo("serving " + endpoint);
            try (IpcConnection client = IpcClient.connect(endpoint)) {
                server.terminate();
                assertThat(server.end()).isEqualTo(new CommandRun(0, "", ""));
                CloseReason reason = client.closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
                assertThat(reason.status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
            }
        }
    }

    @Test
    void verboseServerPrintsCallersAndEvents() throws Exception {
        try (ForkedIpc server = ForkedIpc.start("serve", "pipe:told", "--event", "note", "--verbose", "--until-eof")) {
            assertThat(server.nextLine()).isEqualTo("serving pipe:told");
            assertThat(CommandRun.of("send", "pipe:told", "note", "{\"a\": 1}").err())
                    .isEmpty();
            assertThat(server.nextLine()).isEqualTo("note {\"a\":1}");
            server.awaitError("disconnected ");
            server.process().getOutputStream().close();
            String me = "pid " + ProcessHandle.current().pid();
            assertThat(server.end().err()).contains("connected pipe:told", "called note by ", "disconnected ", me);
        }
    }

    @Test
    void aNameIsServedOnce() throws Exception {
        try (ForkedIpc server = ForkedIpc.start("serve", "pipe:once", "--until-eof", "--no-echo")) {
            assertThat(server.nextLine()).isEqualTo("serving pipe:once");
            CommandRun second = ForkedIpc.run("serve", "pipe:once", "--until-eof");
            assertThat(second.status()).isEqualTo(1);
            assertThat(second.err()).startsWith("ipc: ADDRESS_IN_USE: ").hasLineCount(2);
            assertThat(ForkedIpc.run("call", "pipe:once", "echo").err()).startsWith("ipc: SERVICE_NOT_FOUND: ");
        }
    }

    @Test
    void usageErrorsEndWithTwo() throws Exception {
        assertThat(ForkedIpc.run("call", "nocolon", "echo").status()).isEqualTo(2);
        assertThat(ForkedIpc.run("doctor", "--json").json().get("ok").booleanValue())
                .isTrue();
    }

    /** It ends with the process that holds the other end of its input. */
    @ParameterizedTest
    @ValueSource(strings = {"demo-server", "demo-client"})
    void processesOfTheDemoEndWithTheirParent(String role) throws Exception {
        try (ForkedIpc child = ForkedIpc.start(role, "pipe:orphan")) {
            if (role.equals("demo-server")) {
                assertThat(child.nextLine()).contains("ready");
            }
            child.process().getOutputStream().close();
            assertThat(child.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Killed, the demo cannot tell its processes to end; they notice. */
    @Test
    void processesOfTheDemoEndWhenItIsKilled() throws Exception {
        try (ForkedIpc demo = ForkedIpc.start("demo")) {
            List<ProcessHandle> children = List.of();
            while (children.size() < 2 && demo.process().isAlive()) {
                children = demo.process().descendants().toList();
            }
            demo.process().destroyForcibly().waitFor();
            assertThat(children).hasSize(2);
            for (ProcessHandle child : children) {
                child.onExit().get(30, TimeUnit.SECONDS);
            }
        }
    }

    /** A call that hangs ends at its caller's timeout. */
    @Test
    void aCallEndsWithItsTimeout() throws Exception {
        try (ForkedIpc server = ForkedIpc.start("demo-server", "pipe:hung")) {
            assertThat(server.nextLine()).contains("ready");
            CompletableFuture<CommandRun> call = CompletableFuture.supplyAsync(
                    () -> CommandRun.of("call", "pipe:hung", "hang", "{}", "--timeout", "200ms"));
            CommandRun run = call.get(30, TimeUnit.SECONDS);
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err()).startsWith("ipc: TIMEOUT: ").contains("--timeout");
        }
    }
}
