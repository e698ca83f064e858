package io.valise.ipc.loopback;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.loopback.connect.Serving;
import io.valise.ipc.spi.Link;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.link.LinkEnd;
import io.valise.ipc.testkit.process.ClassLog;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A client loads no class of Netty, which would take longer than all the rest of its first request. */
@ExtendWith(HangWatchdog.class)
class FreshClientTest {
    private ClassLog log;
    private ForkedJvm client;

    @BeforeEach
    void start(@TempDir Path folder) {
        log = new ClassLog(folder);
        client = ForkedJvm.start(List.of(log.option()), Program.class);
    }

    @AfterEach
    void end() {
        client.close();
    }

    @Test
    void connectsAsksAndClosesWithoutNetty() throws Exception {
        String address = "loopback:fresh" + ProcessHandle.current().pid();
        try (IpcServer server =
                IpcServer.builder(address).service("echo", Request::message).start()) {
            assertThat(client.ask("request", address)).isEqualTo("42");
            assertThat(server.endpoints()).hasSize(1);
        }
        assertThatNettyWasNotLoaded();
    }

    @Test
    void waitsForFramesAndLiesArmedWithoutNetty() throws Exception {
        assertThat(client.ask("available")).isEqualTo("true");
        try (Serving server = new Serving()) {
            client.tell("link", server.name());
            LinkEnd accepted = server.accept();
            assertThat(client.hear()).isEqualTo("armed");
            accepted.send(LinkEnd.frame(1, 10));
            assertThat(accepted.awaitEnd()).isTrue();
        }
        assertThatNettyWasNotLoaded();
    }

    private void assertThatNettyWasNotLoaded() throws IOException {
        client.kill();
        assertThat(log.count("io.valise.ipc.loopback.link.TcpStream")).isPositive();
        assertThat(log.count("io.netty.")).isZero();
    }

    /** The program that is forked. */
    static final class Program {
        private Program() {}

        /** Is a client on command. */
        public static void main(String[] arguments) {
            CommandLoop.run((command, words) -> switch (command) {
                case "request" -> request(words.get(0));
                case "link" -> link(words.get(0));
                default -> String.valueOf(new LoopbackTransport().availability().available());
            });
        }

        private static String request(String address) {
            try (IpcConnection connection = IpcClient.connect(address)) {
                return String.valueOf(
                        connection.request("echo", ValueSet.of("n", 42)).getInt("n"));
            }
        }

        private static String link(String name) throws InterruptedException {
            try (Link link =
                    new LoopbackTransport().connect(new Endpoint("loopback", name), TimeUnit.SECONDS.toNanos(30))) {
                CountDownLatch fired = new CountDownLatch(1);
                link.arm(fired::countDown);
                CommandLoop.say("armed");
                fired.await();
                new LinkEnd(link).expect(LinkEnd.frame(1, 10));
                return "heard";
            }
        }
    }
}
