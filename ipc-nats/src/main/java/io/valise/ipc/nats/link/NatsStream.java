package io.valise.ipc.nats.link;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.Subjects;
import io.valise.ipc.spi.runtime.Threads;
import io.valise.ipc.spi.stream.ByteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One end of a link: bytes as messages to the subject of the other end. A sender sends no more than the receiver has granted,
 * and each message says at which offset it begins, so that a loss ends the link. Thread-safe.
 */
public final class NatsStream implements ByteStream {
    /** A broker reads 64 KiB at a time, and copies what it has of a message that is longer. */
    private static final int MOST_CHUNK = 24 << 10;

    private final Links links;
    private final Subjects.End own;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();
    private final Condition writable = lock.newCondition();
    private final Incoming incoming;
    private final Held held;
    private final int mostChunk;

    private volatile Subjects.@Nullable End remote;
    private volatile boolean watched; // no thread waits: the callback is asked for
    private Runnable callback = () -> {};
    private long sent;
    private long limit;
    private byte epoch;
    private boolean ended;
    private boolean closed;
    private boolean woken;
    private @Nullable IpcException failure;

    NatsStream(Links links, Subjects.End own, Subjects.@Nullable End remote) {
        this.links = links;
        this.own = own;
        this.remote = remote;
        incoming = new Incoming(links.credit());
        mostChunk = Math.min(MOST_CHUNK, links.outlet().maxPayload() - Chunk.HEAD);
        held = new Held(links.outlet(), mostChunk, this::written);
    }

    /** The subject of this end. */
    public Subjects.End own() {
        return own;
    }

    /** The other end; null until it is known. */
    public Subjects.@Nullable End remote() {
        return remote;
    }

    /** Done when the other end is there; fails with an {@link IpcException}. */
    public CompletableFuture<Void> opened() {
        return opened;
    }

    /** Whether a thread waits for what the peer sends, or has done so lately. */
    boolean isActive() {
        return !watched;
    }

    /** What opens a link, or answers that. */
    public byte[] opening(boolean asServer) {
        lock.lock();
        try {
            return chunk(asServer ? Chunk.Kind.OPENED : Chunk.Kind.OPEN, 0);
        } finally {
            lock.unlock();
        }
    }

    // ---- what comes, on the thread that receives

    /** The other end has answered: a client's. Returns whether it is taken: not by a link that has ended. */
    boolean accepted(Subjects.End server, Chunk chunk) {
        lock.lock();
        try {
            if (remote != null || closed || failure != null) {
                return false;
            }
            remote = server;
            limit = chunk.limit();
            send(chunk(Chunk.Kind.GRANT, 0));
            writable.signalAll();
        } finally {
            lock.unlock();
        }
        opened.complete(null);
        return true;
    }

    /** The other end's first credit: a server's. */
    void offered(Chunk chunk) {
        lock.lock();
        try {
            limit = chunk.limit();
        } finally {
            lock.unlock();
        }
    }

    void received(Chunk chunk) {
        boolean tell = false;
        IpcException broken = null;
        lock.lock();
        try {
            if (closed || ended || failure != null) {
                return;
            }
            if (chunk.creditEpoch() == epoch && chunk.limit() > limit) {
                limit = chunk.limit();
                writable.signalAll();
            }
            tell = take(chunk);
        } catch (IpcException e) {
            broken = e;
        } finally {
            lock.unlock();
        }
        if (broken != null) {
            reset(broken);
        } else if (tell) {
            callback.run();
        }
    }

    /** Ends the link, and tells the other end why. */
    void reset(IpcException why) {
        Subjects.End peer = remote;
        if (peer != null) {
            links.outlet().publish(peer.subject(), null, Chunk.reset(why.status(), why.reason()));
        }
        fail(why);
    }

    /** Returns whether the callback is due. */
    private boolean take(Chunk chunk) {
        switch (chunk.kind()) {
            case DATA -> incoming.add(chunk);
            case RETURN -> incoming.returned(chunk.offset(), chunk.epoch());
            case END -> {
                incoming.expect(chunk.offset());
                ended = true;
                writable.signalAll();
            }
            case RESET -> throw new IpcException(IpcStatus.PEER_DIED, "the peer gave the link up: " + chunk.reason());
            default -> {
                // credit alone, or an answer that came twice
            }
        }
        return isDeliverable() && tellReader();
    }

    /** Ends the link for a reason of the medium. */
    void fail(IpcException why) {
        boolean tell;
        lock.lock();
        try {
            if (closed || failure != null) {
                return;
            }
            failure = why;
            incoming.end(); // an offer that fails before it is taken is never closed
            held.free();
            tell = tellReader();
            writable.signalAll();
        } finally {
            lock.unlock();
        }
        opened.completeExceptionally(why);
        links.remove(this);
        if (tell) {
            Threads.run("telling of a link that has failed", callback); // others fail by the same loop
        }
    }

    private boolean tellReader() {
        readable.signalAll();
        boolean tell = watched;
        watched = false;
        return tell;
    }

    // ---- what a link asks

    @Override
    public void onReadable(Runnable then) {
        callback = then;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        lock.lock();
        try {
            if (closed) {
                throw new ClosedChannelException();
            }
            int count = incoming.read(into);
            if (count > 0) {
                if (incoming.isGrantDue() && !ended && failure == null) {
                    send(chunk(Chunk.Kind.GRANT, 0));
                }
                return count;
            }
            if (failure != null) {
                throw again(failure);
            }
            return ended ? -1 : 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int total;
        IpcException broken;
        lock.lock();
        try {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (failure != null) {
                throw again(failure);
            }
            if (ended) {
                throw new IOException("the peer has closed");
            }
            total = takeAll(from);
            broken = held.isLate() ? trySendHeld() : null;
        } finally {
            lock.unlock();
        }
        giveUp(broken);
        return total;
    }

    private int takeAll(ByteBuffer from) {
        int total = 0;
        try {
            for (int count = room(from); count > 0; count = room(from)) {
                take(from, count);
                sent += count;
                total += count;
            }
        } catch (OutOfMemoryError e) {
            if (total == 0) { // else what was taken would be written again
                throw e;
            }
        }
        return total;
    }

    private void take(ByteBuffer from, int count) {
        boolean waits = held.takes(count);
        if (waits && !held.hasRoom(count)) {
            sendHeld();
        }
        if (waits) {
            held.add(from, count);
        } else {
            byte[] chunk = chunk(Chunk.Kind.DATA, count);
            from.get(chunk, Chunk.HEAD, count);
            send(chunk);
        }
    }

    /** As much as there is credit for, in parts of about one length: a small rest would cost as much as a whole one. */
    private int room(ByteBuffer from) {
        int all = (int) Math.min(from.remaining(), Math.max(0, limit - sent));
        int parts = (all + mostChunk - 1) / mostChunk;
        return parts < 2 ? all : (all + parts - 1) / parts;
    }

    /** On the thread that writes. */
    private void written() {
        IpcException broken;
        lock.lock();
        try {
            held.called();
            broken = trySendHeld();
        } finally {
            lock.unlock();
        }
        giveUp(broken);
    }

    /** Returns why what is held could not be sent, such as no memory: it never is then, as no one looks at it again. */
    private @Nullable IpcException trySendHeld() {
        try {
            sendHeld();
            return null;
        } catch (RuntimeException | Error e) {
            return new IpcException(IpcStatus.PEER_DIED, "what was written could not be sent to the peer: " + e, e);
        }
    }

    private void giveUp(@Nullable IpcException broken) {
        if (broken != null) {
            fail(broken);
            reset(broken); // by now only the other end is told
        }
    }

    private void sendHeld() {
        int length = held.length();
        if (length > 0) {
            incoming.grant();
            byte[] chunk =
                    Chunk.head(Chunk.Kind.DATA, incoming.epoch(), epoch, sent - length, incoming.granted(), length);
            held.moveTo(chunk);
            publish(chunk);
        }
    }

    /** The exception is thrown by each call that meets the failure, and has the stack of none. */
    private static IpcException again(IpcException failure) {
        return new IpcException(failure.status(), failure.reason(), failure.delivery(), failure);
    }

    /** The client library has what was written, and sends it by itself. */
    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public void awaitReadable(long nanos) {
        if (watched) {
            links.busier();
        }
        lock.lock();
        try {
            watched = false;
            long left = nanos;
            while (!isDeliverable() && !closed && !woken && left > 0) {
                left = readable.awaitNanos(left);
            }
            woken = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the caller looks at the status
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void wake() {
        lock.lock();
        try {
            woken = true;
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void awaitWritable(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (limit == sent && !ended && failure == null && !closed && left > 0) {
                left = writable.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** A link that rests keeps no more of the receiver's credit than it always has. */
    @Override
    public void rest() {
        lock.lock();
        try {
            if (limit - sent > Credit.BASE && failure == null && !ended && !closed) {
                epoch++;
                limit = sent + Credit.BASE;
                send(chunk(Chunk.Kind.RETURN, 0));
            }
            held.rest();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void arm() {
        lock.lock();
        try {
            watched = true;
            if (!isDeliverable() || closed) {
                return;
            }
            watched = false;
        } finally {
            lock.unlock();
        }
        callback.run();
    }

    @Override
    public boolean isOpen() {
        lock.lock();
        try {
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        if (end()) {
            links.outlet().settle(); // sent even if the process exits next
        }
    }

    /** As {@link #close}, but does not wait. Returns whether the other end is being told. */
    boolean end() {
        boolean told = false;
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            closed = true;
            if (failure == null && remote != null) {
                send(chunk(Chunk.Kind.END, 0));
                told = true;
            }
            incoming.release();
            readable.signalAll();
            writable.signalAll();
        } finally {
            lock.unlock();
        }
        opened.completeExceptionally(new IpcException(IpcStatus.CONNECTION_CLOSED, "closed here", Delivery.NOT_SENT));
        links.remove(this);
        return told;
    }

    private boolean isDeliverable() {
        return !incoming.isEmpty() || ended || failure != null;
    }

    private Subjects.End peer() {
        Subjects.End known = remote;
        if (known == null) {
            throw new IllegalStateException("the link is not open");
        }
        return known;
    }

    /** Begins a chunk, which grants what was read since the last. */
    private byte[] chunk(Chunk.Kind kind, int length) {
        incoming.grant();
        return Chunk.head(kind, incoming.epoch(), epoch, sent, incoming.granted(), length);
    }

    /** Sends a chunk, after what is held. */
    private void send(byte[] chunk) {
        sendHeld();
        publish(chunk);
    }

    private void publish(byte[] chunk) {
        held.publishing();
        links.outlet().publish(peer().subject(), null, chunk);
    }

    /** For logs. */
    @Override
    public String toString() {
        return own.subject() + " to " + remote;
    }
}
