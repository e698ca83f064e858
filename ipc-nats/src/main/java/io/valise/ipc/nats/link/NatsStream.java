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
import org.jspecify.annotations.Nullable;

/**
 * One end of a link: bytes as messages to the subject of the other end. A sender sends no more than the receiver has granted,
 * and each message says at which offset it begins, so that a loss ends the link. Thread-safe.
 */
public final class NatsStream implements ByteStream {
    private final Links links;
    private final Subjects.End own;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final StreamLock lock = new StreamLock(this::sendHeld, this::reset);
    private final Condition readable = lock.newCondition();
    private final Condition writable = lock.newCondition();
    private final Incoming incoming;
    private final Outgoing outgoing;

    private volatile Subjects.@Nullable End remote;
    private volatile boolean watched; // no thread waits: the callback is asked for
    private Runnable callback = () -> {};
    private boolean ended;
    private boolean closed;
    private boolean woken;
    private volatile boolean untold; // this end has ended, and the other one was not told for lack of memory
    private @Nullable IpcException failure;

    NatsStream(Links links, Subjects.End own, Subjects.@Nullable End remote) {
        this.links = links;
        this.own = own;
        this.remote = remote;
        incoming = new Incoming(links.credit());
        outgoing = outgoing();
    }

    private Outgoing outgoing() {
        boolean done = false;
        try {
            Outgoing made = new Outgoing(links.outlet(), incoming, () -> peer().subject(), lock::written);
            done = true;
            return made;
        } finally {
            if (!done) {
                incoming.release(); // no thread has this end, to close it
            }
        }
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
            return outgoing.chunk(asServer ? Chunk.Kind.OPENED : Chunk.Kind.OPEN, 0);
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
            outgoing.offered(chunk);
            outgoing.send(Chunk.Kind.GRANT);
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
            outgoing.offered(chunk);
        } finally {
            lock.unlock();
        }
    }

    void received(Chunk chunk) {
        if (untold) {
            answered(chunk);
            return;
        }
        boolean tell = false;
        IpcException broken = null;
        lock.lock();
        try {
            if (closed || ended || failure != null) {
                return;
            }
            if (outgoing.granted(chunk)) {
                writable.signalAll();
            }
            tell = take(chunk);
        } catch (IpcException e) {
            broken = e;
        } finally {
            lock.unlock();
        }
        if (broken != null) {
            fail(broken, chunk.kind() != Chunk.Kind.RESET);
        } else if (tell) {
            callback.run();
        }
    }

    /** A message to an end that has ended: one who has ended too need not be told. */
    private void answered(Chunk chunk) {
        lock.lock();
        try {
            if (chunk.kind() == Chunk.Kind.RESET || chunk.kind() == Chunk.Kind.END) {
                untold = false;
            }
        } finally {
            lock.unlock();
        }
        sendLate();
    }

    /** Ends the link, and tells the other end why. */
    void reset(IpcException why) {
        fail(why, true);
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
        fail(why, false);
    }

    private void fail(IpcException why, boolean tellsPeer) {
        boolean tell;
        lock.lock();
        try {
            if (closed || failure != null) {
                return;
            }
            failure = why;
            incoming.end(); // an offer that fails before it is taken is never closed
            outgoing.free();
            untold = tellsPeer && remote != null;
            tellPeer();
            tell = tellReader();
            writable.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            links.remove(this); // first: what follows needs memory
            opened.completeExceptionally(why);
        } finally {
            if (tell) {
                Threads.run("telling of a link that has failed", callback); // others fail by the same loop
            }
        }
    }

    /** Tells the other end that this one has ended, if it has to be told yet. Without memory for that it is told later. */
    private void tellPeer() {
        if (untold) {
            IpcException why = failure;
            untold = !(why == null ? outgoing.trySend(Chunk.Kind.END) : outgoing.tryReset(why));
        }
        if (untold) {
            links.later();
        }
    }

    /** Whether the other end has to be told yet that this one has ended. */
    boolean isUntold() {
        return untold;
    }

    /** Sends what could not be sent for lack of memory, and nothing else sends. */
    void sendLate() {
        boolean over;
        lock.lock();
        try {
            over = closed || failure != null;
            if (over) {
                tellPeer();
            } else {
                grant();
            }
        } finally {
            lock.unlock();
        }
        if (over) {
            links.remove(this);
        }
    }

    /** Grants what was read if that is due; a reader that has read all does not come back for it. */
    private void grant() {
        if (!ended && failure == null && incoming.isGrantDue() && !outgoing.trySend(Chunk.Kind.GRANT)) {
            links.later();
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
                grant();
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
            total = outgoing.take(from);
            broken = outgoing.sendDue();
        } finally {
            lock.unlock();
        }
        if (broken != null) {
            reset(broken);
        }
        return total;
    }

    private @Nullable IpcException sendHeld() {
        return outgoing.written();
    }

    /** The exception is thrown by each call that meets the failure, and has the stack of none. */
    private static IpcException again(IpcException failure) {
        return new IpcException(failure.status(), failure.reason(), failure.delivery(), failure);
    }

    /** What was written is sent by itself, at the latest after the write that is under way. */
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
                if (lock.mayWait()) {
                    left = readable.awaitNanos(left);
                }
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
            while (outgoing.isUsedUp() && !ended && failure == null && !closed && left > 0) {
                if (lock.mayWait()) {
                    left = writable.awaitNanos(left);
                }
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
            if (failure == null && !ended && !closed) {
                outgoing.giveBack();
            }
            outgoing.rest();
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

    /** As {@link #close}, but does not wait. Returns whether the other end is being told by now. */
    boolean end() {
        boolean told = false;
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            closed = true;
            if (failure == null && remote != null) {
                untold = true;
                tellPeer();
                told = !untold;
            }
            incoming.release();
            readable.signalAll();
            writable.signalAll();
        } finally {
            lock.unlock();
        }
        links.remove(this); // first: what follows needs memory
        opened.completeExceptionally(new IpcException(IpcStatus.CONNECTION_CLOSED, "closed here", Delivery.NOT_SENT));
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

    /** For logs. */
    @Override
    public String toString() {
        return own.subject() + " to " + remote;
    }
}
