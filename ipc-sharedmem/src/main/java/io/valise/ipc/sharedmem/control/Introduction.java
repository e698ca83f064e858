package io.valise.ipc.sharedmem.control;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.spi.secret.Handshake;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The client's part of proving, in both directions, that the server's secret is known. */
final class Introduction implements ControlChannel.Reader {
    private final ControlChannel control;
    private final Handshake handshake;
    private final ByteBuffer out = ByteBuffer.allocate(Handshake.LONGEST_OUTPUT);
    private final Answer<AuthenticatedChannel> answer = new Answer<>();

    Introduction(ControlChannel control, Handshake handshake) {
        this.control = control;
        this.handshake = handshake;
    }

    /**
     * Begins, and waits for the outcome.
     *
     * @throws IpcException {@code PEER_DIED} when the server hung up, {@code AUTHENTICATION_FAILED}, {@code
     *     PROTOCOL_ERROR}, {@code VERSION_MISMATCH}, {@code TIMEOUT}, {@code CANCELLED}
     */
    AuthenticatedChannel await(long deadline) {
        handshake.begin(out);
        control.send(out.flip());
        out.clear();
        control.readBy(this);
        return answer.await(deadline);
    }

    @Override
    public void onBytes(ByteBuffer bytes) {
        try {
            if (answer.isThere() || (handshake.advance(bytes, out) && bytes.hasRemaining())) {
                throw new IpcException(
                        IpcStatus.PROTOCOL_ERROR, "shm hand-shake: bytes behind the verdict", Delivery.NOT_SENT);
            }
            proceed();
        } catch (IpcException e) {
            bytes.position(bytes.limit());
            answer.fail(e);
        }
    }

    private void proceed() {
        boolean proved = handshake.isComplete();
        if (out.position() > 0) {
            control.send(out.flip());
            out.clear();
        }
        if (proved) {
            answer.give(new AuthenticatedChannel(control, PeerIdentity.ofSecret(), Optional.of(handshake)));
        }
    }

    @Override
    public void onEnd() {
        answer.fail(new IpcException(IpcStatus.PEER_DIED, "shm hand-shake: the server hung up", Delivery.NOT_SENT));
    }
}
