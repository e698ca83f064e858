package io.valise.ipc.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.loopback.connect.Serving;
import io.valise.ipc.loopback.endpoint.EndpointFile;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.link.LinkEnd;
import io.valise.ipc.testlog.OpenDescriptors;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What servers and links leave in this process: nothing. */
@ExtendWith(HangWatchdog.class)
class TracesTest {
    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("valise-loopback-"))
                .toList();
    }

    private static void talkAndClose() throws Exception {
        try (Serving server = new Serving()) {
            LinkEnd client = Serving.connect(server.name());
            client.send(LinkEnd.frame(1, 100));
            LinkEnd accepted = server.accept();
            accepted.expect(LinkEnd.frame(1, 100));
            client.link().close();
        }
    }

    private static void awaitNoThread() throws InterruptedException {
        for (Thread thread : threads()) {
            thread.join();
        }
    }

    @Test
    void theOneThreadIsADaemonAndEndsWithTheLastServer() throws Exception {
        awaitNoThread();
        try (Serving one = new Serving();
                Serving two = new Serving()) {
            Serving.connect(one.name()).link().close();
            Serving.connect(two.name()).link().close();
            assertThat(threads()).hasSize(1).allMatch(Thread::isDaemon);
        }
        awaitNoThread();
        talkAndClose();
        awaitNoThread();
        assertThat(threads()).isEmpty();
    }

    @Test
    void fiveHundredConnectionsLeaveNoDescriptor() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "needs Linux's /proc");
        // The first time opens what stays.
        talkAndClose();
        awaitNoThread();
        OpenDescriptors before = OpenDescriptors.now();
        try (Serving server = new Serving()) {
            for (int i = 0; i < 500; i++) {
                LinkEnd client = Serving.connect(server.name());
                client.send(LinkEnd.frame(i, 10));
                LinkEnd accepted = server.accept();
                accepted.expect(LinkEnd.frame(i, 10));
                (i % 2 == 0 ? client : accepted).link().close();
                (i % 2 == 0 ? accepted : client).link().close();
            }
        }
        awaitNoThread();
        before.awaitNoMore();
    }

    @Test
    void attemptsThatFailLeaveNoDescriptor() throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "needs Linux's /proc");
        talkAndClose();
        awaitNoThread();
        OpenDescriptors before = OpenDescriptors.now();
        String name = Serving.freshName();
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            EndpointFile.files().publish(EndpointFile.fresh(name, silent.getLocalPort(), 0, false));
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> new LoopbackTransport().connect(new Endpoint("loopback", name), 1_000_000))
                        .isInstanceOf(IpcException.class);
            }
        }
        assertThatThrownBy(() -> Serving.connect(name)).hasMessageContaining("leftover");
        Files.delete(EndpointFile.files().pathOf(name));
        before.awaitNoMore();
    }
}
