package io.valise.ipc.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.Link;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.link.LinkEnd;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nothing is printed, though SLF4J is on the class path without a provider, and no flag is needed. */
@ExtendWith(HangWatchdog.class)
class QuietTest {
    /** What a program does with the transport. */
    private static String useIt() throws Exception {
        LoopbackTransport transport = new LoopbackTransport();
        Endpoint address =
                Endpoint.parse("loopback:quiet-" + ProcessHandle.current().pid());
        LinkedBlockingQueue<Link> accepted = new LinkedBlockingQueue<>();
        try (var listener = transport.listen(address, accepted::add);
                Link client = transport.connect(address, TimeUnit.SECONDS.toNanos(30));
                Link server = accepted.take()) {
            new LinkEnd(client).send(LinkEnd.frame(1, 50_000));
            new LinkEnd(server).expect(LinkEnd.frame(1, 50_000));
            CountDownLatch fired = new CountDownLatch(1);
            client.arm(fired::countDown);
            new LinkEnd(server).send(LinkEnd.frame(2, 10));
            fired.await();
            new LinkEnd(client).expect(LinkEnd.frame(2, 10));
            return transport.availability().detail();
        }
    }

    private static void staysQuiet(String... options) {
        try (ForkedJvm jvm = ForkedJvm.start(List.of(options), Program.class)) {
            assertThat(jvm.ask("use")).contains("127.0.0.1");
            assertThat(jvm.printed()).isEmpty();
        }
    }

    @Test
    void nothingIsPrintedByDefault() {
        staysQuiet();
    }

    @Test
    void nothingIsPrintedWhereTheJdkDeniesAllItCan() {
        assumeTrue(Runtime.version().feature() >= 24, "older JDKs deny nothing");
        staysQuiet("--illegal-native-access=deny", "--sun-misc-unsafe-memory-access=deny");
    }

    @Test
    void itWorksWithoutIpv6() {
        staysQuiet("-Djava.net.preferIPv4Stack=true");
    }

    /** The program that is forked. */
    static final class Program {
        private Program() {}

        /** Runs {@link #useIt} on command. */
        public static void main(String[] arguments) {
            CommandLoop.run((command, words) -> useIt());
        }
    }
}
