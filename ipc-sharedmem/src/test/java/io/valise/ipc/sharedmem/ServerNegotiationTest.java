package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.sharedmem.control.AuthenticatedChannel;
import io.valise.ipc.sharedmem.control.PeerAuthenticator;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import io.valise.ipc.spi.runtime.RateLimitedLog;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testlog.MayLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A segment that was created for a client, and to which there will be no link, is unmapped. No connection shows how much
 * memory a server has mapped.
 */
@ExtendWith(HangWatchdog.class)
@MayLog("cannot serve a connection")
class ServerNegotiationTest {
    private static final Endpoint ENDPOINT = new Endpoint("shm", "negotiated");

    @TempDir
    Path folder;

    private final AtomicInteger unmapped = new AtomicInteger();
    private final BlockingQueue<ServerNegotiation> failed = new LinkedBlockingQueue<>();
    private final BlockingQueue<ShmLink> links = new LinkedBlockingQueue<>();
    private final BlockingQueue<ServerNegotiation> begun = new LinkedBlockingQueue<>();
    private boolean clientLeaves;
    private boolean shareFails;

    private final class Context implements ServerNegotiation.NegotiationContext {
        @Override
        public RateLimitedLog warnings() {
            return new RateLimitedLog(System.getLogger("io.valise.ipc"));
        }

        @Override
        public Path freshSegment() {
            return folder.resolve("segment");
        }

        @Override
        public SegmentLayout layout() {
            return new SegmentLayout(SegmentLayout.MIN_RING_BYTES);
        }

        @Override
        public SegmentRemoval removal() {
            return new SegmentRemoval() {
                @Override
                public void whenShared(Path file) {
                    throw new AssertionError("never shared");
                }

                @Override
                public void whenUnmapped(Path file) {
                    unmapped.incrementAndGet();
                }
            };
        }

        @Override
        public void share(Path segment, PeerIdentity client) {
            assertThat(segment).exists();
            if (clientLeaves) {
                begun.element().abandon("the client went away");
            }
            if (shareFails) {
                throw new IpcException(IpcStatus.ACCESS_DENIED, "cannot share " + segment);
            }
        }

        @Override
        public void completed(ServerNegotiation negotiation, ShmLink link) {
            links.add(link);
        }

        @Override
        public void failed(ServerNegotiation negotiation) {
            failed.add(negotiation);
        }
    }

    private void negotiate() throws InterruptedException {
        TestHome.path();
        Path sockets = RuntimeDirectory.current().folder("negotiated");
        PeerAuthenticator authenticator = PeerAuthenticator.ofThisSystem();
        PeerAuthenticator.Door door = RuntimeDirectory.current()
                .locked(
                        sockets,
                        () -> authenticator.open(ENDPOINT, sockets, client -> {
                            ServerNegotiation negotiation = new ServerNegotiation(client, new Context(), Runnable::run);
                            begun.add(negotiation);
                            negotiation.start();
                        }));
        try (door) {
            AuthenticatedChannel client =
                    authenticator.connect(ENDPOINT, sockets, System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
            client.control().send(NegotiationMessages.hello(1));
            assertThat(failed.take()).isSameAs(begun.element());
            client.control().close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSegmentThatCannotBeSharedIsUnmapped(boolean leaves) throws InterruptedException {
        shareFails = true;
        clientLeaves = leaves;
        negotiate();
        awaitUnmapped();
    }

    @Test
    void aSegmentOfAClientThatLeavesIsUnmapped() throws InterruptedException {
        clientLeaves = true;
        negotiate();
        awaitUnmapped();
    }

    /** The negotiation fails before the thread that offers gets to unmap. */
    private void awaitUnmapped() {
        while (unmapped.get() == 0 && !Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
        assertThat(unmapped).hasValue(1);
        assertThat(Files.exists(folder.resolve("segment"))).isFalse();
        assertThat(links).isEmpty();
    }
}
