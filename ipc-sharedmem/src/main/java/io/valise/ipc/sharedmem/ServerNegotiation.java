package io.valise.ipc.sharedmem;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.sharedmem.control.AuthenticatedChannel;
import io.valise.ipc.sharedmem.control.ControlChannel;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.Segment;
import io.valise.ipc.sharedmem.os.SegmentFile;
import io.valise.ipc.sharedmem.os.SegmentRemoval;
import io.valise.ipc.spi.runtime.RateLimitedLog;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of the negotiation of a segment: hello, offer, ack; see {@link NegotiationMessages}. What the client sends is read on the
 * loop's thread; the segment is created on an executor's, for zeroing takes time. It ends once: as a link that was
 * handed over, or with everything closed and removed.
 */
final class ServerNegotiation implements ControlChannel.Reader {

    private enum Step {
        AWAITING_HELLO,
        OFFERING,
        AWAITING_ACK,
        DONE
    }

    /** What a negotiation needs of its listener. */
    interface NegotiationContext {
        /** Where to warn of what clients can cause again and again. */
        RateLimitedLog warnings();

        /** Where the next segment is created. */
        Path freshSegment();

        /** The sizes of segments. */
        SegmentLayout layout();

        /** When the file of a segment can go. */
        SegmentRemoval removal();

        /** Lets the client open a segment that was created; an {@link IpcException} when that is impossible. */
        void share(Path segment, PeerIdentity client);

        /** Takes the link over, on an executor's thread. */
        void completed(ServerNegotiation negotiation, ShmLink link);

        /** Forgets a negotiation that failed. */
        void failed(ServerNegotiation negotiation);
    }

    private final NegotiationContext context;
    private final Executor executor;
    private final AuthenticatedChannel client;
    private final ControlChannel control;
    private final ByteBuffer hello = ByteBuffer.allocate(NegotiationMessages.HELLO_BYTES);
    private final AtomicReference<Step> step = new AtomicReference<>(Step.AWAITING_HELLO);

    private volatile @Nullable Segment segment;
    private volatile @Nullable ShmLink link;

    ServerNegotiation(AuthenticatedChannel client, NegotiationContext context, Executor executor) {
        this.context = context;
        this.executor = executor;
        this.client = client;
        this.control = client.control();
    }

    /** Whether the client runs as the user of a peer. */
    boolean isBy(PeerIdentity peer) {
        return client.peer().user().equals(peer.user());
    }

    void start() {
        control.readBy(this);
    }

    /** Gives up, unless it is done: the client took too long, or the listener closes. */
    void abandon(String why) {
        Step was = step.getAndSet(Step.DONE);
        if (was != Step.DONE) {
            log().log(Level.DEBUG, "shm: dropped a connection while {0}: {1}", was, why);
            release();
            context.failed(this);
        }
    }

    @Override
    public void onBytes(ByteBuffer bytes) {
        try {
            switch (Objects.requireNonNull(step.get())) {
                case AWAITING_HELLO -> receiveHello(bytes);
                case AWAITING_ACK -> receiveAck(bytes);
                default -> abandon("bytes before the offer");
            }
        } catch (IpcException wrong) {
            refuse(wrong);
        } catch (RuntimeException | Error broken) {
            fail(broken);
        }
    }

    @Override
    public void onEnd() {
        abandon("the client went away");
    }

    private void receiveHello(ByteBuffer bytes) {
        while (bytes.hasRemaining() && hello.hasRemaining()) {
            hello.put(bytes.get());
        }
        Long pid = NegotiationMessages.readHello(hello.duplicate().flip());
        if (pid != null && bytes.hasRemaining()) {
            abandon("bytes behind the hello");
        } else if (pid != null && step.compareAndSet(Step.AWAITING_HELLO, Step.OFFERING)) {
            handOff(() -> offer(pid));
        }
    }

    /** To another thread, for it may take time. */
    private void handOff(Runnable task) {
        try {
            executor.execute(task);
        } catch (RuntimeException | Error e) { // such as no thread left
            throw new IpcException(
                    IpcStatus.RESOURCE_EXHAUSTED, "the server has no thread to offer a segment: " + e, e);
        }
    }

    private void offer(long clientPid) {
        try {
            Segment made = Segment.create(context.freshSegment(), context.layout(), context.removal());
            segment = made;
            link = share(made, clientPid);
            sendOffer(made);
        } catch (IpcException refused) {
            context.warnings().warn("shm: cannot serve a connection: " + refused.reason());
            refuse(refused);
        } catch (RuntimeException | Error broken) {
            fail(broken);
        }
    }

    /** Unmaps a segment for which there will be no link: the link unmaps it otherwise. */
    private ShmLink share(Segment made, long clientPid) {
        boolean linked = false;
        try {
            context.share(made.file(), client.peer());
            ShmLink over = new ShmLink(made, ShmLink.Side.SERVER, control, declaring(clientPid));
            linked = true;
            return over;
        } finally {
            if (!linked) {
                made.unmap();
            }
        }
    }

    private void fail(Throwable broken) {
        log().log(Level.ERROR, "shm: cannot serve a connection", broken);
        refuse(new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "the server failed: " + broken));
    }

    private void sendOffer(Segment made) {
        boolean stillWanted = step.compareAndSet(Step.OFFERING, Step.AWAITING_ACK);
        if (!stillWanted) {
            release(); // Abandoned before there was anything to release.
        } else if (!say(NegotiationMessages.offer(ProcessHandle.current().pid(), made.layout(), made.file()))) {
            abandon("the offer was not taken");
        }
    }

    private void receiveAck(ByteBuffer bytes) {
        byte answer = bytes.get();
        ShmLink ready = link;
        Segment shared = segment;
        if (answer != NegotiationMessages.ACK || ready == null || shared == null) {
            abandon("ack: limit=A, actual=" + answer);
        } else if (step.compareAndSet(Step.AWAITING_ACK, Step.DONE)) {
            control.readBy(ready);
            shared.shared();
            complete(ready);
        }
    }

    private void complete(ShmLink ready) {
        try {
            handOff(() -> context.completed(this, ready));
        } catch (IpcException e) {
            context.warnings().warn("shm: dropped a connection", e);
            ready.close();
            context.failed(this);
        }
    }

    private void refuse(IpcException reason) {
        say(NegotiationMessages.refusal(ProcessHandle.current().pid(), reason));
        abandon(reason.toString());
    }

    private boolean say(ByteBuffer message) {
        return control.send(client.sealed(message));
    }

    private PeerIdentity declaring(long pid) {
        return client.peer().declaring(pid > 0 ? OptionalLong.of(pid) : OptionalLong.empty(), Optional.empty());
    }

    private void release() {
        ShmLink made = link;
        if (made != null) {
            made.close();
        }
        control.close();
        Segment file = segment;
        if (file != null) {
            SegmentFile.remove(file.file());
        }
    }

    /** Asked for when there is something to say: the first logger of a JVM takes 20 ms to start. */
    private static Logger log() {
        return SafeLog.of(ServerNegotiation.class);
    }
}
