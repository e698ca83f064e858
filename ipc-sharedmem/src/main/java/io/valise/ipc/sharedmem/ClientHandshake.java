package io.valise.ipc.sharedmem;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.SegmentFile;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one hand-shake: hello, offer, ack; see {@link Greeting}. The offer is read on the loop's thread,
 * all else happens on the connecting one.
 */
final class ClientHandshake implements ControlChannel.Reader {
    private static final int LONGEST_OFFER = 8192;

    private final SocketChannel socket;
    private final ControlChannel control;
    private final ByteBuffer received = ByteBuffer.allocate(LONGEST_OFFER);
    private final CompletableFuture<Greeting.Offer> offer = new CompletableFuture<>();

    private volatile boolean ended;
    private volatile @Nullable ShmLink successor;

    ClientHandshake(SocketChannel socket) {
        this.socket = socket;
        this.control = new ControlChannel(socket, this);
    }

    /** Shakes hands until the deadline on {@link System#nanoTime}; closes the socket if it fails. */
    ShmLink link(long deadline) {
        boolean done = false;
        try {
            control.start();
            control.send(Greeting.hello(ProcessHandle.current().pid()));
            ShmLink link = accept(awaitOffer(deadline));
            done = true;
            return link;
        } finally {
            if (!done) {
                control.close();
            }
        }
    }

    @Override
    public void onBytes(ByteBuffer bytes) {
        if (bytes.remaining() > received.remaining() || offer.isDone()) {
            bytes.position(bytes.limit());
            offer.completeExceptionally(failure(IpcStatus.PROTOCOL_ERROR, "bytes behind the offer", null));
            return;
        }
        received.put(bytes);
        try {
            Greeting.Offer whole = Greeting.readOffer(received.duplicate().flip());
            if (whole != null) {
                offer.complete(whole);
            }
        } catch (IpcException wrong) {
            offer.completeExceptionally(wrong);
        }
    }

    @Override
    public void onEnd() {
        ended = true;
        offer.completeExceptionally(
                received.position() == 0
                        ? goneAway(null)
                        : failure(IpcStatus.PROTOCOL_ERROR, "it ended within the offer", null));
        ShmLink link = successor;
        if (link != null) {
            link.onEnd();
        }
    }

    private Greeting.Offer awaitOffer(long deadline) {
        try {
            return offer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw failure(IpcStatus.TIMEOUT, "the server does not answer; is it stopped or overloaded?", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(IpcStatus.CANCELLED, "interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IpcException told) {
                throw told;
            }
            throw failure(IpcStatus.PROTOCOL_ERROR, String.valueOf(e.getCause()), e);
        }
    }

    private ShmLink accept(Greeting.Offer offered) {
        if (offered.status() != IpcStatus.OK) {
            throw failure(refusal(offered.status()), "the server says: " + offered.text(), null);
        }
        if (!SegmentLayout.possible(offered.ringBytes())) {
            throw failure(
                    IpcStatus.PROTOCOL_ERROR,
                    "ringBytes: limit=" + SegmentLayout.MIN_RING_BYTES + ".." + SegmentLayout.MAX_RING_BYTES
                            + ", a power of two, actual=" + offered.ringBytes(),
                    null);
        }
        SegmentLayout layout = new SegmentLayout(offered.ringBytes());
        SharedMemory memory = open(offered, layout);
        boolean done = false;
        try {
            layout.checkHeader(memory);
            ShmLink link = begin(layout, memory, identity(offered.pid()));
            done = true;
            return link;
        } finally {
            if (!done) {
                memory.unmap();
            }
        }
    }

    /** Only what a server can mean; nothing of it is the client's own doing. */
    private static IpcStatus refusal(IpcStatus said) {
        return switch (said) {
            case RESOURCE_EXHAUSTED, ACCESS_DENIED, VERSION_MISMATCH, UNSUPPORTED -> said;
            default -> IpcStatus.PROTOCOL_ERROR;
        };
    }

    private SharedMemory open(Greeting.Offer offered, SegmentLayout layout) {
        try {
            return SegmentFile.open(Path.of(offered.text()), layout.segmentBytes());
        } catch (InvalidPathException e) {
            throw failure(IpcStatus.PROTOCOL_ERROR, "segment path: " + e.getMessage(), e);
        } catch (IpcException e) {
            // A server that closes ends the connection first and removes the segment then.
            throw e.status() == IpcStatus.UNSUPPORTED && serverIsGone() ? goneAway(e) : e;
        }
    }

    private boolean serverIsGone() {
        try {
            return ended || socket.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException broken) {
            return true;
        }
    }

    private ShmLink begin(SegmentLayout layout, SharedMemory memory, PeerIdentity peer) {
        ShmLink link = new ShmLink(memory, layout, ShmLink.Side.CLIENT, control, peer);
        control.readBy(link);
        successor = link;
        if (ended) {
            link.onEnd(); // The end came before the successor was known here.
        }
        control.send(Greeting.ack());
        return link;
    }

    private PeerIdentity identity(long pid) {
        return UnixSockets.identity(socket)
                .declaring(pid > 0 ? OptionalLong.of(pid) : OptionalLong.empty(), Optional.empty());
    }

    private static IpcException goneAway(@Nullable Throwable cause) {
        return failure(IpcStatus.ENDPOINT_NOT_FOUND, "the server went away; is it closing?", cause);
    }

    private static IpcException failure(IpcStatus status, String why, @Nullable Throwable cause) {
        return new IpcException(status, "shm hand-shake: " + why, Delivery.NOT_SENT, cause);
    }
}
