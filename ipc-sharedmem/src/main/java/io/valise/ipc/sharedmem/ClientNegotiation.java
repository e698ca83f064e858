package io.valise.ipc.sharedmem;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.sharedmem.control.Answer;
import io.valise.ipc.sharedmem.control.AuthenticatedChannel;
import io.valise.ipc.sharedmem.control.ControlChannel;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.Segment;
import io.valise.ipc.sharedmem.os.SegmentFile;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of the negotiation of a segment: hello, offer, ack; see {@link NegotiationMessages}. The offer is read on the loop's thread,
 * all else happens on the connecting one.
 */
final class ClientNegotiation implements ControlChannel.Reader {
    private static final int LONGEST_OFFER = 8192;

    private final AuthenticatedChannel server;
    private final ControlChannel control;
    private final SegmentRemoval removal;
    private final SegmentFile.Check check;
    private final ByteBuffer received = ByteBuffer.allocate(LONGEST_OFFER);
    private final Answer<NegotiationMessages.Offer> offer = new Answer<>();

    ClientNegotiation(AuthenticatedChannel server, SegmentRemoval removal, SegmentFile.Check check) {
        this.server = server;
        this.control = server.control();
        this.removal = removal;
        this.check = check;
    }

    /** Shakes hands until the deadline on {@link System#nanoTime}; closes the socket if it fails. */
    ShmLink link(long deadline) {
        boolean done = false;
        try {
            control.readBy(this);
            control.send(NegotiationMessages.hello(ProcessHandle.current().pid()));
            ShmLink link = accept(offer.await(deadline));
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
        if (bytes.remaining() > received.remaining() || offer.isThere()) {
            bytes.position(bytes.limit());
            offer.fail(failure(IpcStatus.PROTOCOL_ERROR, "bytes behind the offer", null));
            return;
        }
        received.put(bytes);
        try {
            readOffer(received.duplicate().flip());
        } catch (RuntimeException | Error wrong) { // the connecting thread waits for an outcome
            offer.fail(wrong);
        }
    }

    /** Nothing is done about an offer before its seal has been checked. */
    private void readOffer(ByteBuffer sofar) {
        NegotiationMessages.Offer whole = NegotiationMessages.readOffer(sofar);
        if (whole != null && sofar.remaining() >= server.sealBytes()) {
            server.check(sofar.duplicate().flip(), sofar);
            offer.give(whole);
        }
    }

    @Override
    public void onEnd() {
        offer.fail(
                received.position() == 0
                        ? goneAway(null)
                        : failure(IpcStatus.PROTOCOL_ERROR, "it ended within the offer", null));
    }

    private ShmLink accept(NegotiationMessages.Offer offered) {
        if (offered.status() != IpcStatus.OK) {
            throw failure(refusal(offered.status()), "refused by the server: " + offered.text(), null);
        }
        if (!SegmentLayout.possible(offered.ringBytes())) {
            throw failure(
                    IpcStatus.PROTOCOL_ERROR,
                    "ringBytes: limit=" + SegmentLayout.MIN_RING_BYTES + ".." + SegmentLayout.MAX_RING_BYTES
                            + ", a power of two, actual=" + offered.ringBytes(),
                    null);
        }
        Segment segment = open(offered, new SegmentLayout(offered.ringBytes()));
        ShmLink link = new ShmLink(segment, ShmLink.Side.CLIENT, control, declaring(offered.pid()));
        control.readBy(link);
        control.send(NegotiationMessages.ack());
        return link;
    }

    /** Only what a server can mean; nothing of it is the client's own doing. */
    private static IpcStatus refusal(IpcStatus received) {
        return switch (received) {
            case RESOURCE_EXHAUSTED, ACCESS_DENIED, VERSION_MISMATCH, UNSUPPORTED -> received;
            default -> IpcStatus.PROTOCOL_ERROR;
        };
    }

    private Segment open(NegotiationMessages.Offer offered, SegmentLayout layout) {
        try {
            return Segment.open(Path.of(offered.text()), layout, removal, check);
        } catch (InvalidPathException e) {
            throw failure(IpcStatus.PROTOCOL_ERROR, "segment path: " + e.getMessage(), e);
        } catch (IpcException e) {
            // A server that closes ends the connection first and removes the segment then.
            throw e.status() == IpcStatus.UNSUPPORTED && control.hasEnded() ? goneAway(e) : e;
        }
    }

    private PeerIdentity declaring(long pid) {
        return server.peer().declaring(pid > 0 ? OptionalLong.of(pid) : OptionalLong.empty(), Optional.empty());
    }

    private static IpcException goneAway(@Nullable Throwable cause) {
        return failure(IpcStatus.ENDPOINT_NOT_FOUND, "the server went away; is it closing?", cause);
    }

    private static IpcException failure(IpcStatus status, String why, @Nullable Throwable cause) {
        return new IpcException(status, "shm negotiation: " + why, Delivery.NOT_SENT, cause);
    }
}
