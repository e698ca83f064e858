package io.valise.ipc.nats;

import static io.valise.ipc.nats.Expect.fails;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Nats;
import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.spi.FoundServer;
import io.valise.ipc.testkit.process.FreePort;
import io.valise.ipc.testlog.Logs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Which servers there are at a broker: each by itself, and what is said when they cannot be listed. */
@NeedsNats
class ListingTest {
    private static final long LONG = TimeUnit.SECONDS.toNanos(20);

    /** A server of another process, as its broker sees it: a connection of its own, since the options differ. */
    private static NatsTransport process(NatsServer broker, String name) {
        return new NatsTransport(NatsOptions.builder(broker.url()).name(name).build());
    }

    private static IpcServer serve(NatsTransport by, String name, String which) {
        return IpcServer.builder("nats:" + name)
                .transport(by)
                .access(AccessPolicy.anyone())
                .service("which", request -> ValueSet.of("which", which))
                .start();
    }

    private static String which(FoundServer found) {
        try (IpcConnection connection =
                IpcClient.builder(found.endpoint()).transport(found.transport()).connect()) {
            return connection.request("which", ValueSet.empty()).getString("which");
        }
    }

    @Test
    void everyServerOfANameIsThereAndReachedAlone() {
        try (NatsServer broker = NatsServer.open();
                IpcServer first = serve(process(broker, "a"), "quotes", "first");
                IpcServer second = serve(process(broker, "b"), "quotes", "second");
                IpcServer third = serve(process(broker, "b"), "quotes", "third");
                IpcServer orders = serve(process(broker, "b"), "orders", "orders")) {
            assertThat(List.of(first, second, third, orders)).allMatch(IpcServer::isOpen);
            NatsTransport asking = broker.transport();

            List<FoundServer> found = asking.servers(LONG);

            assertThat(found)
                    .extracting(FoundServer::endpoint)
                    .containsOnly(Endpoint.parse("nats:orders"), Endpoint.parse("nats:quotes"));
            assertThat(found)
                    .extracting(ListingTest::which)
                    .containsExactlyInAnyOrder("orders", "first", "second", "third");
            assertThat(asking.endpoints()).hasToString("[nats:orders, nats:quotes]");
        }
    }

    @Test
    @Logs("nats:quotes is not served until there is a NATS broker")
    void aServerThatReturnsWithItsBrokerIsFoundAgain() {
        try (NatsServer broker = NatsServer.open();
                IpcServer server = serve(process(broker, "a"), "quotes", "same")) {
            assertThat(server.isOpen()).isTrue();
            broker.kill();
            broker.restart();
            List<FoundServer> found = new ArrayList<>();
            while (found.isEmpty()) { // there is no notification when it serves again
                found.addAll(broker.transport().servers(LONG));
                LockSupport.parkNanos(5_000_000);
            }
            assertThat(found).extracting(ListingTest::which).containsExactly("same");
        }
    }

    /** As permissions were generated before servers were listed one by one. */
    @Test
    void serversThatTheBrokerDoesNotAllowToBeReachedAloneAreOne() {
        String older = "authorization { users: [ {user: svc, password: s, permissions: {"
                + " publish: { allow: [\"valise.l.*.>\", \"valise.s.svc\"] },"
                + " subscribe: { allow: [\"valise.l.svc.>\", \"valise.s.*\", \"valise.c.quotes.* valise\"] } } },"
                + " {user: bob, password: b} ] }";
        try (NatsServer broker = NatsServer.with(older)) {
            NatsOptions.Builder service = NatsOptions.builder(broker.url()).user("svc", "s");
            try (IpcServer one = serve(new NatsTransport(service.build()), "quotes", "any");
                    IpcServer other = serve(
                            new NatsTransport(
                                    service.silence(Duration.ofSeconds(20)).build()),
                            "quotes",
                            "any")) {
                assertThat(one.isOpen() && other.isOpen()).isTrue();
                NatsTransport bob = new NatsTransport(
                        NatsOptions.builder(broker.url()).user("bob", "b").build());
                assertThat(bob.servers(LONG)).extracting(ListingTest::which).containsExactly("any");
            }
        }
    }

    @Test
    void whereNoOneServesThereIsNone() {
        try (NatsServer broker = NatsServer.open()) {
            assertThat(broker.transport().servers(LONG)).isEmpty();
        }
    }

    /** It stays connected, and says that it serves nothing. */
    @Test
    void aProcessThatServesNoMoreKeepsNoOneWaiting() {
        try (NatsServer broker = NatsServer.open();
                IpcServer other = serve(process(broker, "b"), "orders", "orders")) {
            NatsTransport once = process(broker, "a");
            try (IpcConnection client =
                    IpcClient.builder("nats:orders").transport(once).connect()) {
                serve(once, "quotes", "closed").close();
                other.close();
                assertThat(client.endpoint()).hasToString("nats:orders");
                assertThat(broker.transport().servers(LONG)).isEmpty();
            }
        }
    }

    @Test
    void processesThatDoNotAnswerAreTold() throws Exception {
        try (NatsServer broker = NatsServer.open();
                Connection stopped = Nats.connect(broker.url())) {
            stopped.subscribe("valise.s.*");
            stopped.flush(Duration.ofSeconds(20));
            fails(
                    IpcStatus.TIMEOUT,
                    "there are processes that serve, and none has said",
                    () -> broker.transport().servers(LONG));
        }
    }

    /** It takes a word of the broker's protocol that its client library does not send. */
    @Test
    void aProcessThatAnswersAsOnlyTheBrokerDoesHidesNoServer() throws Exception {
        try (NatsServer broker = NatsServer.open();
                Socket forger = new Socket(InetAddress.getLoopbackAddress(), broker.port())) {
            BufferedReader in = new BufferedReader(new InputStreamReader(forger.getInputStream(), US_ASCII));
            OutputStream out = forger.getOutputStream();
            out.write("CONNECT {\"headers\":true}\r\nSUB valise.s.* 1\r\nPING\r\n".getBytes(US_ASCII));
            while (!in.readLine().equals("PONG")) {} // it is subscribed now
            FutureTask<List<FoundServer>> asking =
                    new FutureTask<>(() -> broker.transport().servers(LONG));
            new Thread(asking, "asking").start();
            String message = in.readLine();
            while (!message.startsWith("MSG ")) {
                message = in.readLine();
            }
            String replyTo = message.split(" ", -1)[3];
            String none = "HPUB " + replyTo + " 16 16\r\nNATS/1.0 503\r\n\r\n\r\n";
            String names = "PUB " + replyTo + " 6\r\nquotes\r\n";
            out.write((none + names).getBytes(US_ASCII));
            assertThat(asking.get())
                    .extracting(each -> each.endpoint().toString())
                    .containsExactly("nats:quotes");
        }
    }

    @Test
    void oneProcessDoesNotFillTheMemoryOfOthers() throws Exception {
        try (NatsServer broker = NatsServer.open();
                Connection other = Nats.connect(broker.url())) {
            StringBuilder names = new StringBuilder();
            for (int i = 0; i < 100_000; i++) {
                names.append('n').append(i).append('\n');
            }
            other.createDispatcher(question -> other.publish(
                            question.getReplyTo(), names.toString().getBytes(US_ASCII)))
                    .subscribe("valise.s.*");
            other.flush(Duration.ofSeconds(20));
            assertThat(broker.transport().servers(LONG)).hasSize(1000);
        }
    }

    @Test
    void anAnswerThatIsNoneHidesNoServer() throws Exception {
        try (NatsServer broker = NatsServer.open();
                Connection other = Nats.connect(broker.url());
                IpcServer server = serve(process(broker, "a"), "quotes", "real")) {
            assertThat(server.isOpen()).isTrue();
            Dispatcher dispatcher = other.createDispatcher(question -> {
                for (String nonsense : List.of(
                        "",
                        "\u0000\u001b[2J",
                        "a b c\n\n \n../etc x\nquotes zz",
                        "quotes " + "f".repeat(33),
                        "q".repeat(9000),
                        "ghost " + "0".repeat(32))) {
                    other.publish(question.getReplyTo(), nonsense.getBytes(StandardCharsets.ISO_8859_1));
                }
            });
            dispatcher.subscribe("valise.s.*");
            other.flush(Duration.ofSeconds(20));

            List<FoundServer> found = broker.transport().servers(LONG);

            assertThat(found)
                    .extracting(each -> each.endpoint().toString())
                    .containsExactlyInAnyOrder("nats:ghost", "nats:quotes");
            assertThat(found)
                    .filteredOn(each -> each.endpoint().name().equals("quotes"))
                    .extracting(ListingTest::which)
                    .containsExactly("real");
            fails(
                    IpcStatus.ENDPOINT_NOT_FOUND,
                    "no server has the name",
                    () -> which(found.stream()
                            .filter(each -> each.endpoint().name().equals("ghost"))
                            .findFirst()
                            .orElseThrow()));
        }
    }

    @Test
    void whatCannotBeListedIsTold() throws IOException {
        NatsTransport absent = new NatsTransport(
                NatsOptions.builder("nats://127.0.0.1:" + FreePort.find()).build());
        fails(IpcStatus.ENDPOINT_NOT_FOUND, "start one (nats-server -p 4222)", () -> absent.servers(LONG));
        String users = "authorization { users: [ {user: ann, password: a, permissions: {"
                + " publish: { allow: [\"valise.l.*.>\"] }, subscribe: { allow: [\"valise.l.ann.>\"] } } } ] }";
        try (NatsServer broker = NatsServer.with(users);
                SilentBroker silent = SilentBroker.saying("")) {
            NatsOptions.Builder options = NatsOptions.builder(broker.url());
            NatsTransport ann = new NatsTransport(options.user("ann", "a").build());
            fails(IpcStatus.ACCESS_DENIED, "valise.s.ann: see `ipc nats permissions`", () -> ann.servers(LONG));
            NatsTransport wrong = new NatsTransport(options.user("ann", "b").build());
            fails(IpcStatus.AUTHENTICATION_FAILED, "check user and password", () -> wrong.servers(LONG));
            NatsTransport slow = new NatsTransport(
                    NatsOptions.builder("nats://127.0.0.1:" + silent.port()).build());
            fails(IpcStatus.TIMEOUT, "no answer in time", () -> slow.servers(TimeUnit.SECONDS.toNanos(1)));
        }
    }
}
