package io.valise.ipc.sharedmem;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.sharedmem.os.SegmentFile;
import io.valise.ipc.sharedmem.os.SharedMemory;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one hand-shake: hello, offer, ack; see {@link Greeting}. What the client sends is read on the
 * loop's thread; the segment is created on an executor's, for zeroing takes time. It ends once: as a link that was
 * handed over, or with everything closed and removed.
 */
final class ServerHandshake implements ControlChannel.Reader {

    private enum Step {
        AWAITING_HELLO,
        OFFERING,
        AWAITING_ACK,
        DONE
    }

    /** What a hand-shake needs of its listener. */
    interface House {
        /** Where the next segment is created. */
        Path freshSegment();

        /** The sizes of segments. */
        SegmentLayout layout();

        /** Takes the link over, on an executor's thread. */
        void completed(ServerHandshake handshake, ShmLink link);

        /** Forgets a hand-shake that failed. */
        void failed(ServerHandshake handshake);
    }

    private final House house;
    private final Executor executor;
    private final PeerIdentity kernelSays;
    private final ControlChannel control;
    private final ByteBuffer hello = ByteBuffer.allocate(Greeting.HELLO_BYTES);
    private final AtomicReference<Step> step = new AtomicReference<>(Step.AWAITING_HELLO);

    private volatile @Nullable Path segment;
    private volatile @Nullable ShmLink link;

    ServerHandshake(SocketChannel socket, House house, Executor executor) {
        this.house = house;
        this.executor = executor;
        this.kernelSays = UnixSockets.identity(socket);
        this.control = new ControlChannel(socket, this);
    }

    void start() {
        control.start();
    }

    /** Gives up, unless it is done: the client took too long, or the listener closes. */
    void abandon(String why) {
        Step was = step.getAndSet(Step.DONE);
        if (was != Step.DONE) {
            log().log(Level.DEBUG, "shm: dropped a connection while {0}: {1}", was, why);
            release();
            house.failed(this);
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
        Long pid = Greeting.readHello(hello.duplicate().flip());
        if (pid != null && bytes.hasRemaining()) {
            abandon("bytes behind the hello");
        } else if (pid != null && step.compareAndSet(Step.AWAITING_HELLO, Step.OFFERING)) {
            executor.execute(() -> offer(pid));
        }
    }

    private void offer(long clientPid) {
        try {
            Path path = house.freshSegment();
            segment = path;
            SegmentLayout layout = house.layout();
            SharedMemory memory = SegmentFile.create(path, layout.segmentBytes());
            layout.writeHeader(memory);
            link = new ShmLink(memory, layout, ShmLink.Side.SERVER, control, declaring(clientPid));
            sendOffer(layout, path);
        } catch (IpcException refused) {
            log().log(Level.WARNING, "shm: cannot serve a connection: " + refused.getMessage());
            refuse(refused);
        } catch (RuntimeException | Error broken) {
            log().log(Level.ERROR, "shm: cannot serve a connection", broken);
            refuse(new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "the server failed: " + broken));
        }
    }

    private void sendOffer(SegmentLayout layout, Path path) {
        boolean stillWanted = step.compareAndSet(Step.OFFERING, Step.AWAITING_ACK);
        if (!stillWanted) {
            release(); // Abandoned before there was anything to release.
        } else if (!control.send(Greeting.offer(ProcessHandle.current().pid(), layout, path))) {
            abandon("the offer was not taken");
        }
    }

    private void receiveAck(ByteBuffer bytes) {
        byte answer = bytes.get();
        ShmLink ready = link;
        if (answer != Greeting.ACK || ready == null) {
            abandon("ack: limit=A, actual=" + answer);
        } else if (step.compareAndSet(Step.AWAITING_ACK, Step.DONE)) {
            control.readBy(ready);
            removeFile();
            executor.execute(() -> house.completed(this, ready));
        }
    }

    private void refuse(IpcException reason) {
        control.send(Greeting.refusal(ProcessHandle.current().pid(), reason));
        abandon(reason.toString());
    }

    private PeerIdentity declaring(long pid) {
        return kernelSays.declaring(pid > 0 ? OptionalLong.of(pid) : OptionalLong.empty(), Optional.empty());
    }

    private void release() {
        ShmLink made = link;
        if (made != null) {
            made.close();
        }
        control.close();
        removeFile();
    }

    private void removeFile() {
        Path path = segment;
        if (path != null) {
            SegmentFile.remove(path);
        }
    }

    /** Asked for when there is something to say: the first logger of a JVM takes 20 ms to start. */
    private static Logger log() {
        return System.getLogger(ServerHandshake.class.getName());
    }
}
