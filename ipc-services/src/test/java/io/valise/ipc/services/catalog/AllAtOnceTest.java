package io.valise.ipc.services.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.pipes.PipeTransport;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.FoundServer;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.OwnHome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A catalog asks all servers at the same time: the proof are servers that answer none before all were asked. */
class AllAtOnceTest {
    private static final int MANY = 40;

    /** Where no other test has a server. */
    @RegisterExtension
    final OwnHome own = new OwnHome();

    private final ServiceCatalog catalog = ServiceCatalog.ofThisUser().waiting(Duration.ofSeconds(20));

    @BeforeEach
    void haveTheDirectoryMade() {
        IpcServer.builder("pipe:first").start().close();
    }

    @Test
    void manyServersAreConnectedAndAskedAtTheSameTime() throws IOException {
        CountDownLatch connecting = new CountDownLatch(MANY);
        CountDownLatch asked = new CountDownLatch(MANY);
        List<ForeignServer> servers = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                servers.add(ForeignServer.waiting("many-" + i, request -> {
                    CountDownLatch all = request ? asked : connecting;
                    all.countDown();
                    all.await();
                }));
            }
            assertThat(catalog.running()).hasSize(MANY).allMatch(ServerStatus::answers);
        } finally {
            for (ForeignServer server : servers) {
                server.close();
            }
        }
    }

    /** Addresses of one name are asked in turn, but one that is silent is not waited for until its time is up. */
    @Test
    void aSilentServerKeepsNoOtherOfItsNameWaiting() throws IOException {
        try (IpcServer behind = IpcServer.builder("loopback:quotes").start();
                ForeignServer silent = ForeignServer.waiting("quotes", request -> {
                    while (request && behind.stats().builtInRequestsServed() == 0) {
                        LockSupport.parkNanos(5_000_000); // there is no notification
                    }
                })) {
            assertThat(catalog.waiting(Duration.ofSeconds(10)).running())
                    .hasSize(2)
                    .allMatch(ServerStatus::answers);
            assertThat(silent.asked()).isPositive();
        }
    }

    @Test
    void aNetworkThatCannotBeListedHidesNoServerHere() {
        IpcException why = new IpcException(IpcStatus.TIMEOUT, "no answer", Delivery.NOT_SENT);
        Supplier<Integer> failing = () -> {
            throw why;
        };
        List<IpcException> unlisted = new ArrayList<>();
        try (IpcServer here = IpcServer.builder("pipe:here").start()) {
            ServiceCatalog wide = catalog.withNetwork(
                            new Network(Availability.yes("by nothing"), failing, () -> {}), unlisted::add)
                    .withNetwork(new Network(Availability.no("not configured"), failing, () -> {}), unlisted::add);
            assertThat(here.isOpen()).isTrue();
            assertThat(wide.running()).singleElement().satisfies(found -> {
                assertThat(found.endpoint()).hasToString("pipe:here");
                assertThat(found.host()).isPresent();
            });
            assertThat(unlisted)
                    .extracting(IpcException::status)
                    .containsExactly(IpcStatus.TIMEOUT, IpcStatus.UNSUPPORTED);
            assertThat(catalog.running())
                    .singleElement()
                    .satisfies(found -> assertThat(found.host()).isEmpty());
        }
    }

    /** More than are connected to at the same time, and none of them connects before the server here was asked. */
    @Test
    void serversOfANetworkThatDoNotConnectHideNoServerHere() throws IOException {
        CompletableFuture<Boolean> asked = new CompletableFuture<>();
        ForeignServer.Until noting = request -> {
            if (request) {
                asked.complete(true);
            }
        };
        try (ForeignServer here = ForeignServer.waiting("here", noting);
                IpcServer also = IpcServer.builder("loopback:here").start()) {
            assertThat(also.isOpen()).isTrue();
            Network hanging = Network.of(() -> 300, () -> {
                asked.orTimeout(30, TimeUnit.SECONDS).join();
                throw new IpcException(IpcStatus.PEER_DIED, "gone", Delivery.NOT_SENT);
            });
            List<ServerStatus> found = catalog.waiting(Duration.ofSeconds(10))
                    .withNetwork(hanging, failure -> {})
                    .running();
            assertThat(found).hasSize(302);
            assertThat(found.subList(0, 2)).allMatch(ServerStatus::answers);
            assertThat(here.asked()).isOne();
        }
    }

    @Test
    void anErrorOfATransportIsTheProblemOfItsServer() {
        List<IpcException> unlisted = new ArrayList<>();
        Network broken = Network.of(() -> 1, () -> {
            throw new NoClassDefFoundError("io/nats");
        });
        Network unloadable = Network.of(
                () -> {
                    throw new NoClassDefFoundError("unlistable");
                },
                () -> {});
        List<ServerStatus> found = catalog.withNetwork(broken, unlisted::add)
                .withNetwork(unloadable, unlisted::add)
                .running();
        assertThat(found).singleElement().satisfies(server -> {
            assertThat(server.answers()).isFalse();
            assertThat(server.problem()).contains("NoClassDefFoundError");
        });
        assertThat(unlisted).singleElement().satisfies(why -> assertThat(why).hasMessageContaining("unlistable"));
    }

    /** They share process and host. */
    @Test
    void twoServersOfOneProcessAreTwo() {
        try (IpcServer one = IpcServer.builder("pipe:one").start();
                IpcServer other = IpcServer.builder("pipe:other").start()) {
            assertThat(one.isOpen() && other.isOpen()).isTrue();
            Network none = Network.of(() -> 0, () -> {});
            List<ServerStatus> found = catalog.withNetwork(none, failure -> {}).running();
            assertThat(found).extracting(ServerStatus::serverId).doesNotHaveDuplicates();
            assertThat(found).allMatch(server -> server.serverId().isPresent());
            assertThat(found.get(0).isSameServerAs(found.get(1))).isFalse();
            List<ServerStatus> again = catalog.withNetwork(none, failure -> {}).running();
            assertThat(again.get(0).isSameServerAs(found.get(0))).isTrue();
        }
    }

    @Test
    void whereNoTransportReachesOtherMachinesAQuerySaysSo() {
        List<IpcException> unlisted = new ArrayList<>();
        assertThat(catalog.withNetworks(unlisted::add).running()).isEmpty();
        assertThat(unlisted).extracting(IpcException::status).containsExactly(IpcStatus.UNSUPPORTED);
    }

    @Test
    void aTransportOfThisMachineIsNoNetwork() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalog.withNetwork(new PipeTransport(), failure -> {}))
                .withMessageContaining("transport pipe: must reach other machines");
    }

    /**
     * A network.
     *
     * @param listing how many servers it has
     * @param connecting fails when one of them is connected to
     */
    private record Network(Availability availability, Supplier<Integer> listing, Runnable connecting)
            implements Transport {
        static Network of(Supplier<Integer> listing, Runnable connecting) {
            return new Network(Availability.yes("by nothing"), listing, connecting);
        }

        @Override
        public String scheme() {
            return "far";
        }

        @Override
        public int order() {
            return 99;
        }

        @Override
        public Reach reach() {
            return Reach.NETWORK;
        }

        @Override
        public Listener listen(Endpoint endpoint, Acceptor acceptor) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Link connect(Endpoint endpoint, long timeoutNanos) {
            connecting.run();
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Endpoint> endpoints() {
            return List.of();
        }

        @Override
        public List<FoundServer> servers(long timeoutNanos) {
            return IntStream.range(0, listing.get())
                    .mapToObj(each -> new FoundServer(new Endpoint("far", "far-" + each), this))
                    .toList();
        }
    }
}
