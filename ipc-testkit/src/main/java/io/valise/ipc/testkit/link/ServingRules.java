package io.valise.ipc.testkit.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.Running;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** T: serving and connecting. */
public abstract class ServingRules extends LinkRules {
    protected ServingRules(Candidate candidate) {
        super(candidate);
    }

    @Test
    void T01_instancesAreAlike() {
        Transport other = candidate.transport();
        assertThat(other.scheme()).isEqualTo(transport.scheme()).isLowerCase();
        assertThat(other.order()).isEqualTo(transport.order());
        assertThat(Endpoint.parse(transport.scheme() + ":name").scheme()).isEqualTo(transport.scheme());
    }

    @Test
    void T02_availabilitySaysHowOrWhyNot() {
        Availability here = transport.availability();
        assertThat(here.detail()).isNotBlank().doesNotContain("\n");
        assertThat(here.available()).as(here.toString()).isTrue();
    }

    @Test
    void T03_acceptorGetsTheOtherEndOnce() throws Exception {
        Served served = serve();
        for (int i = 0; i < 20; i++) {
            LinkEnd client = connect(served.address());
            LinkEnd server = served.accept();
            client.send(LinkEnd.frame(i, 64));
            server.expect(LinkEnd.frame(i, 64));
            server.send(LinkEnd.frame(-i, 64));
            client.expect(LinkEnd.frame(-i, 64));
        }
        assertThat(served.waiting()).isEmpty();
    }

    @Test
    void T04_absentServerIsNotFoundAtOnce() {
        IpcException e = failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address()));
        assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
        assertThat(e).hasMessageMatching("(?s).{10,}");
    }

    @Test
    void T05_secondServerIsRefused() {
        assumeExclusiveNames();
        Served first = serve();
        for (Transport second : List.of(transport, candidate.transport())) {
            IpcException e = failsWith(IpcStatus.ADDRESS_IN_USE, () -> serve(second, first.address()));
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
            assertThat(e).hasMessageContaining("another name");
        }
        LinkEnd client = connect(first.address());
        client.send(LinkEnd.frame(1, 10));
        first.accept().expect(LinkEnd.frame(1, 10));
    }

    @Test
    void T05_orSharesTheClients() {
        assumeSharedNames();
        Served first = serve();
        Served second = serve(candidate.transport(), first.address());
        int clients = 0;
        while (clients < MOST_CLIENTS
                && (first.waiting().isEmpty() || second.waiting().isEmpty())) {
            connect(first.address());
            clients++;
        }
        while (first.waiting().size() + second.waiting().size() < clients) {
            LockSupport.parkNanos(50_000); // the acceptors are called soon after
        }
        assertThat(first.waiting()).isNotEmpty();
        assertThat(second.waiting()).isNotEmpty();
        first.listener().close();
        second.waiting().clear();
        connect(second.address()).send(LinkEnd.frame(1, 10));
        second.accept().expect(LinkEnd.frame(1, 10));
    }

    @Test
    void T06_closeFreesTheAddress() {
        Endpoint address = address();
        for (int i = 0; i < 20; i++) {
            Served served = serve(i % 2 == 0 ? transport : candidate.transport(), address);
            connect(address);
            served.accept();
            served.listener().close();
        }
        assertThat(serve(transport, address).address()).isEqualTo(address);
    }

    @Test
    void T07_closedServerIsNotFound() {
        Served served = serve();
        connect(served.address());
        served.listener().close();
        IpcException e = failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(served.address()));
        assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
    }

    @Test
    void T08_acceptedLinksLiveOn() {
        Served served = serve();
        LinkEnd client = connect(served.address());
        LinkEnd server = served.accept();
        served.listener().close();
        for (int i = 0; i < 100; i++) {
            client.send(LinkEnd.frame(i, 100));
            server.expect(LinkEnd.frame(i, 100));
            server.send(LinkEnd.frame(i, 100));
            client.expect(LinkEnd.frame(i, 100));
        }
    }

    @Test
    void T09_closingAgainHasNoEffect() throws Exception {
        Served first = serve();
        together(8, i -> first.listener().close());
        Served successor = serve(transport, first.address());
        together(8, i -> first.listener().close());
        if (candidate.namesAreExclusive()) {
            failsWith(IpcStatus.ADDRESS_IN_USE, () -> serve(transport, successor.address()));
        }
        connect(successor.address()).send(LinkEnd.frame(1, 10));
        successor.accept().expect(LinkEnd.frame(1, 10));
    }

    @Test
    void T10_servedAddressesAreListed() {
        Endpoint address = address();
        Served served = serve(transport, address);
        assertThat(served.listener().endpoint()).isEqualTo(address);
        assertThat(candidate.transport().endpoints()).contains(address);
        served.listener().close();
        assertThat(candidate.transport().endpoints()).doesNotContain(address);
    }

    @Test
    void T11_bothEndsAreIdentified() {
        assumeTrue(candidate.provesSameUser(), "no peer is proved to be the same user");
        Pair pair = pair();
        for (LinkEnd end : List.of(pair.client(), pair.server())) {
            assertThat(end.link().peer().evidence()).isNotEqualTo(PeerIdentity.Evidence.NONE);
            assertThat(end.link().peer().sameUser()).isTrue();
            assertThat(end.link().peer().user()).isPresent();
        }
    }

    @Test
    void T11_orNeitherIsTakenForTheSameUser() {
        assumeFalse(candidate.provesSameUser(), "both ends are identified");
        Pair pair = pair();
        for (LinkEnd end : List.of(pair.client(), pair.server())) {
            PeerIdentity peer = end.link().peer();
            assertThat(peer.sameUser()).isFalse();
            assertThat(peer.user().isPresent()).isEqualTo(peer.evidence() != PeerIdentity.Evidence.NONE);
        }
    }

    @Test
    void T12_racingConnectsEachGetALink() throws Exception {
        Served served = serve();
        List<LinkEnd> clients = new ArrayList<>();
        together(16, number -> {
            LinkEnd client = connect(served.address());
            client.send(LinkEnd.frame(number, 32));
            synchronized (clients) {
                clients.add(client);
            }
        });
        Set<String> greetings = new HashSet<>();
        for (int i = 0; i < 16; i++) {
            greetings.add(Arrays.toString(served.accept().receive()));
        }
        assertThat(greetings).hasSize(16);
        assertThat(served.waiting()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "7", "A.b_c-D.", "longest"})
    void T13_everyLegalNameWorks(String name) {
        String stem = Long.toString(ProcessHandle.current().pid(), 36);
        String tail = name.equals("longest") ? "x".repeat(64 - stem.length()) : name;
        Endpoint address = new Endpoint(transport.scheme(), stem + tail);
        Served served = serve(transport, address);
        connect(address).send(LinkEnd.frame(1, 10));
        served.accept().expect(LinkEnd.frame(1, 10));
        if (stem.length() + tail.length() < 64) {
            failsWith(
                    IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(new Endpoint(address.scheme(), address.name() + "x")));
        }
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(new Endpoint(address.scheme(), stem)));
    }

    @Test
    void T14_addressesDoNotMix() {
        Served one = serve();
        Served two = serve();
        connect(two.address()).send(LinkEnd.frame(2, 10));
        connect(one.address()).send(LinkEnd.frame(1, 10));
        one.accept().expect(LinkEnd.frame(1, 10));
        two.accept().expect(LinkEnd.frame(2, 10));
        one.listener().close();
        connect(two.address()).send(LinkEnd.frame(3, 10));
        two.accept().expect(LinkEnd.frame(3, 10));
    }

    @Test
    void T15_connectThatRacesWithCloseEnds() throws Exception {
        for (int round = 0; round < 20; round++) {
            Served served = serve();
            int moment = round;
            Running<Void> dialler = start(() -> {
                dialUntilGone(served.address());
                return null;
            });
            // The server accepts a few links, sends to each, and closes: a different number in every round.
            for (int i = 0; i <= moment % 5; i++) {
                served.accept().send(LinkEnd.frame(0, 8));
            }
            dither(moment);
            served.close();
            dialler.join();
        }
    }

    private void dialUntilGone(Endpoint address) {
        try {
            while (true) {
                LinkEnd client = connect(address);
                client.awaitEndOr(LinkEnd.frame(0, 8));
                client.link().close();
            }
        } catch (IpcException e) {
            assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND);
        }
    }

    @Test
    void T16_twoHundredLinks() {
        Served served = serve();
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            pairs.add(new Pair(connect(served.address()), served.accept()));
        }
        for (int i = 0; i < 200; i++) {
            pairs.get(i).client().send(LinkEnd.frame(i, 100));
            pairs.get(i).server().send(LinkEnd.frame(-i, 100));
        }
        for (int i = 0; i < 200; i++) {
            pairs.get(i).server().expect(LinkEnd.frame(i, 100));
            pairs.get(i).client().expect(LinkEnd.frame(-i, 100));
        }
    }

    @Test
    void T17_nothingIsLeftBehind() throws Exception {
        LeftoverFiles before = LeftoverFiles.of(candidate);
        for (int i = 0; i < 5; i++) {
            Pair pair = pair();
            pair.client().send(LinkEnd.frame(i, 100));
            pair.server().expect(LinkEnd.frame(i, 100));
        }
        closeAll();
        before.assertNothingNew();
    }

    @Test
    void T18_oneOfManyServersGetsTheAddress() throws Exception {
        assumeExclusiveNames();
        Endpoint address = address();
        for (int round = 0; round < 10; round++) {
            AtomicInteger refused = new AtomicInteger();
            List<Served> winners = new CopyOnWriteArrayList<>();
            together(8, number -> {
                try {
                    winners.add(serve(number % 2 == 0 ? transport : candidate.transport(), address));
                } catch (IpcException e) {
                    assertThat(e.status()).isEqualTo(IpcStatus.ADDRESS_IN_USE);
                    refused.incrementAndGet();
                }
            });
            assertThat(winners).hasSize(1);
            assertThat(refused).hasValue(7);
            connect(address);
            winners.get(0).accept();
            winners.get(0).close();
        }
    }

    @Test
    void T18_orAllOfThemDo() throws Exception {
        assumeSharedNames();
        Endpoint address = address();
        List<Served> servers = new CopyOnWriteArrayList<>();
        together(8, number -> servers.add(serve(number % 2 == 0 ? transport : candidate.transport(), address)));
        servers.subList(1, 8).forEach(Served::close);
        connect(address).send(LinkEnd.frame(1, 10));
        servers.get(0).accept().expect(LinkEnd.frame(1, 10));
    }
}
