package io.valise.ipc.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testlog.Logs;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** An Error on the way from a link to a connection closes the link, and is counted as no connection. */
class LostLinksTest {
    private static final String LIMIT = "valise.silentConnections";
    private static final String AT_ONCE = "peer";
    private static final String LATER = "arm";
    private static final String NEVER_FREED = "never-freed";

    private final BlockingQueue<Transport.Acceptor> acceptors = new LinkedBlockingQueue<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** A link one method of which throws an Error. */
    private Link link(String failing, Error error) {
        return (Link) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Link.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(failing)) {
                        throw error;
                    }
                    if (method.getName().equals("close")) {
                        closed.set(true);
                    }
                    return switch (method.getName()) {
                        case "peer" -> PeerIdentity.unknown();
                        case "maxFrameBytes" -> 1 << 20;
                        case "flush" -> true;
                        case "poll" -> closed.get() ? Link.END : 0;
                        case "toString" -> "link";
                        default -> null;
                    };
                });
    }

    /** Passes the acceptor to the test, and connects to the link of the test. */
    private final class Tested implements Transport {
        private final Link dialled;

        Tested(Link dialled) {
            this.dialled = dialled;
        }

        @Override
        public String scheme() {
            return "tested";
        }

        @Override
        public int order() {
            return 99;
        }

        @Override
        public Availability availability() {
            return Availability.yes("tested");
        }

        @Override
        public Listener listen(Endpoint endpoint, Acceptor acceptor) {
            acceptors.add(acceptor);
            return new Listener() {
                @Override
                public Endpoint endpoint() {
                    return endpoint;
                }

                @Override
                public void close() {
                    acceptors.clear();
                    if (endpoint.name().equals(NEVER_FREED)) {
                        throw new OutOfMemoryError("injected: unable to create native thread");
                    }
                }
            };
        }

        @Override
        public Link connect(Endpoint endpoint, long timeoutNanos) {
            return dialled;
        }

        @Override
        public List<Endpoint> endpoints() {
            return List.of();
        }
    }

    @Test
    @Logs("reading tested:lost with")
    void aServerCountsNoLinkThatAnErrorCutOff() throws Exception {
        String before = System.setProperty(LIMIT, "1");
        try (IpcServer server = IpcServer.builder("tested:lost")
                .transport(new Tested(link("", null)))
                .start()) {
            assertThat(server.endpoints()).hasSize(1);
            Transport.Acceptor acceptor = acceptors.take();
            for (int i = 0; i < 3; i++) {
                closed.set(false);
                OutOfMemoryError injected = new OutOfMemoryError("injected");
                assertThatThrownBy(() -> acceptor.accept(link(AT_ONCE, injected)))
                        .isSameAs(injected);
                assertThat(closed).as(AT_ONCE).isTrue();
                closed.set(false);
                acceptor.accept(link(LATER, new StackOverflowError("injected later")));
                assertThat(closed).as(LATER).isTrue();
            }
            closed.set(false);
            acceptor.accept(link("", null));
            assertThat(closed).as("the one that may be silent").isFalse();
        } finally {
            if (before == null) {
                System.clearProperty(LIMIT);
            } else {
                System.setProperty(LIMIT, before);
            }
        }
    }

    @Test
    void aClientClosesALinkThatAnErrorCutOff() {
        for (String failing : List.of(AT_ONCE, "claim")) {
            closed.set(false);
            OutOfMemoryError injected = new OutOfMemoryError("injected");
            assertThatThrownBy(() -> IpcClient.builder("tested:lost")
                            .transport(new Tested(link(failing, injected)))
                            .connect())
                    .isSameAs(injected);
            assertThat(closed).as(failing).isTrue();
        }
    }

    @Test
    @Logs("freeing the address tested:never-freed failed")
    void anAddressThatCannotBeFreedKeepsNoOther() {
        Link served = link("", null);
        IpcServer server = IpcServer.builder("tested:" + NEVER_FREED, "local:freed")
                .transport(new Tested(served))
                .start();
        IpcConnection client = IpcClient.connect("local:freed");
        server.close();
        assertThat(client.closed().toCompletableFuture().join().status()).isEqualTo(IpcStatus.CONNECTION_CLOSED);
        assertThat(server.isOpen()).isFalse();
        IpcServer.builder("local:freed").start().close();
        client.close();
    }
}
