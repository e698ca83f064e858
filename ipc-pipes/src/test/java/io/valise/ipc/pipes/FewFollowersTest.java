package io.valise.ipc.pipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** Handlers that wait for their own futures may occupy all threads for handlers: their calls end nevertheless. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "over domain sockets")
class FewFollowersTest {
    private static final int CALLERS = 8;

    @Test
    void callsEndWhileEveryFollowerWaitsForOne() throws Exception {
        String address = "pipe:few" + ProcessHandle.current().pid();
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try (ForkedJvm server = ForkedJvm.start(List.of("-Dvalise.followers=2"), Server.class)) {
            assertThat(server.ask("serve", address)).isEqualTo("serving");
            try (IpcConnection client =
                    IpcClient.builder(address).service("echo", Request::message).connect()) {
                List<Future<Integer>> sums = new ArrayList<>();
                for (int caller = 0; caller < CALLERS; caller++) {
                    sums.add(callers.submit(() -> askOften(client)));
                }
                for (Future<Integer> sum : sums) {
                    assertThat(sum.get()).isEqualTo(3 * 100);
                }
            }
        } finally {
            callers.shutdownNow();
        }
    }

    private static int askOften(IpcConnection client) {
        int sum = 0;
        for (int i = 0; i < 100; i++) {
            sum += client.request("ask", ValueSet.of("n", 1)).getInt("n");
        }
        return sum;
    }

    /** The program that is forked. */
    static final class Server {
        private Server() {}

        /** Serves on command. */
        public static void main(String[] arguments) {
            CommandLoop.run((command, words) -> {
                IpcServer.builder(words.get(0)).service("ask", Server::ask).start();
                return "serving";
            });
        }

        private static ValueSet ask(Request request) {
            List<CompletableFuture<ValueSet>> replies = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                replies.add(request.connection().requestAsync("echo", request.message()));
            }
            int sum = 0;
            for (CompletableFuture<ValueSet> reply : replies) {
                sum += reply.join().getInt("n");
            }
            return ValueSet.of("n", sum);
        }
    }
}
