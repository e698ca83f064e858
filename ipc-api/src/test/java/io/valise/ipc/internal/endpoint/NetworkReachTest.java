package io.valise.ipc.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.OwnConfiguration;
import io.valise.ipc.internal.local.LocalTransport;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testlog.MayLog;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A transport that reaches other machines: {@code any:} never takes it, and nothing is open on it that was not opened. */
@ExtendWith(OwnConfiguration.class)
class NetworkReachTest {
    private static final Transport FAR = new Far();

    private static IpcServer.Builder server(String address) {
        return IpcServer.builder(address).transport(FAR).service("whoami", request -> described(request.caller()));
    }

    private static ValueSet described(PeerIdentity caller) {
        return ValueSet.of(
                "host", caller.host().orElse("none"), "pid", caller.pid().orElse(0));
    }

    private static IpcClient.Builder client(String address) {
        return IpcClient.builder(address).transport(FAR);
    }

    @Test
    void anyTakesItOnNeitherSide() {
        assertThatThrownBy(
                        () -> server("any:far1").access(AccessPolicy.anyone()).start())
                .asInstanceOf(type(IpcException.class))
                .satisfies(e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED))
                .satisfies(e -> assertThat(e).hasMessageNotContaining("far:"));
        try (IpcServer ignored =
                server("far:far2").access(AccessPolicy.anyone()).start()) {
            assertThatThrownBy(() -> client("any:far2").connect())
                    .asInstanceOf(type(IpcException.class))
                    .satisfies(e -> assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND));
            client("far:far2").connect().close();
        }
    }

    @Test
    void serverThatDoesNotSayWhoMayCallIsNotStarted() {
        assertThatThrownBy(() -> server("far:far3").start())
                .asInstanceOf(type(IpcException.class))
                .satisfies(e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                .satisfies(e -> assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT))
                .satisfies(e -> assertThat(e).hasMessageContainingAll("far:far3", "access(..)", "identity(..)"));
        assertThat(FAR.endpoints()).noneMatch(endpoint -> endpoint.name().endsWith("far3"));
    }

    @Test
    @MayLog("refused: ")
    void serverWithAnIdentityLetsItsPublisherCall() {
        try (IpcServer ignored =
                server("far:far4").identity(AppIdentity.open("acme", "quotes")).start()) {
            try (IpcConnection same = client("far:far4")
                    .identity(AppIdentity.open("acme", "reader"))
                    .connect()) {
                assertThat(same.request("whoami", ValueSet.empty()).getString("host"))
                        .isNotEqualTo("none");
            }
            for (IpcClient.Builder other :
                    List.of(client("far:far4"), client("far:far4").identity(AppIdentity.open("thief", "quotes")))) {
                try (IpcConnection foreign = other.connect()) {
                    assertThatThrownBy(() -> foreign.request("whoami", ValueSet.empty()))
                            .asInstanceOf(type(IpcException.class))
                            .satisfies(e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                            .satisfies(e -> assertThat(e.delivery()).isEqualTo(Delivery.REJECTED));
                }
            }
        }
    }

    @Test
    @MayLog("refused: ")
    void clientIsOpenToCallbacksOnlyByItsPolicy() throws InterruptedException {
        BlockingQueue<IpcConnection> clients = new LinkedBlockingQueue<>();
        try (IpcServer ignored = server("far:far5")
                .access(AccessPolicy.anyone())
                .onConnect(clients::add)
                .start()) {
            try (IpcConnection closed =
                    client("far:far5").service("echo", Request::message).connect()) {
                assertThat(closed.peer().sameUser()).isFalse();
                IpcConnection back = clients.take();
                assertThatThrownBy(() -> back.request("echo", ValueSet.empty()))
                        .asInstanceOf(type(IpcException.class))
                        .satisfies(e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED));
            }
            try (IpcConnection open = client("far:far5")
                    .access(AccessPolicy.anyone())
                    .service("echo", Request::message)
                    .connect()) {
                assertThat(clients.take().request("echo", ValueSet.of("n", 1))).isEqualTo(ValueSet.of("n", 1));
                assertThat(open.peer().host()).isPresent();
            }
        }
    }

    /** {@code local:} under another name, whose ends do not know each other. */
    private static final class Far implements Transport {
        private final Transport local = new LocalTransport();

        @Override
        public String scheme() {
            return "far";
        }

        @Override
        public int order() {
            return 90;
        }

        @Override
        public Reach reach() {
            return Reach.NETWORK;
        }

        @Override
        public Availability availability() {
            return local.availability();
        }

        @Override
        public Listener listen(Endpoint endpoint, Acceptor acceptor) {
            return local.listen(elsewhere(endpoint), link -> acceptor.accept(new Unknown(link)));
        }

        @Override
        public Link connect(Endpoint endpoint, long timeoutNanos) {
            return new Unknown(local.connect(elsewhere(endpoint), timeoutNanos));
        }

        /** {@code local:} has the names of this process too, and {@code any:} looks there. */
        private static Endpoint elsewhere(Endpoint endpoint) {
            return new Endpoint(LocalTransport.SCHEME, "elsewhere-" + endpoint.name());
        }

        @Override
        public List<Endpoint> endpoints() {
            return local.endpoints();
        }
    }

    private record Unknown(Link link) implements Link {
        @Override
        public PeerIdentity peer() {
            return PeerIdentity.unknown();
        }

        @Override
        public int maxFrameBytes() {
            return link.maxFrameBytes();
        }

        @Override
        public @Nullable ByteBuffer claim(int maxLength) {
            return link.claim(maxLength);
        }

        @Override
        public void commit(int length) {
            link.commit(length);
        }

        @Override
        public void abort() {
            link.abort();
        }

        @Override
        public boolean flush() {
            return link.flush();
        }

        @Override
        public void awaitWritable(long nanos) {
            link.awaitWritable(nanos);
        }

        @Override
        public int poll(FrameHandler handler, int limit) {
            return link.poll(handler, limit);
        }

        @Override
        public void await(long nanos) {
            link.await(nanos);
        }

        @Override
        public void arm(Runnable readable) {
            link.arm(readable);
        }

        @Override
        public void wake() {
            link.wake();
        }

        @Override
        public void close() {
            link.close();
        }
    }
}
