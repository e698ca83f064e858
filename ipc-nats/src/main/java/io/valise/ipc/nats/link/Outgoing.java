package io.valise.ipc.nats.link;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one end of a link sends, and how much more it may. Guarded by the lock of its stream. What could not be published, such as
 * for lack of memory, has not been sent.
 */
final class Outgoing {
    /** A broker reads 64 KiB at a time, and copies what it has of a message that is longer. */
    private static final int MOST_CHUNK = 24 << 10;

    @SuppressWarnings("StaticAssignmentOfThrowable") // there may be no memory to make it when it is needed
    private static final IpcException NO_MEMORY =
            new IpcException(IpcStatus.PEER_DIED, "what was written could not be sent to the peer: there is no memory");

    private final Outlet outlet;
    private final Incoming incoming;
    private final Supplier<String> subject;
    private final Held held;
    private final int mostChunk;
    private long sent;
    private long limit;
    private byte epoch;

    /**
     * Nothing may be sent yet but a question for a link.
     *
     * @param incoming what comes, which every message sent grants more of
     * @param subject of the other end; asked when a message is sent
     * @param afterWrite runs after a write for which bytes wait; calls {@link #written} soon
     */
    Outgoing(Outlet outlet, Incoming incoming, Supplier<String> subject, Runnable afterWrite) {
        this.outlet = outlet;
        this.incoming = incoming;
        this.subject = subject;
        mostChunk = Math.min(MOST_CHUNK, outlet.maxPayload() - Chunk.HEAD);
        held = new Held(outlet, mostChunk, afterWrite);
    }

    // ---- credit

    /** The other end's first credit. */
    void offered(Chunk chunk) {
        limit = chunk.limit();
    }

    /** Takes the credit that came with a message. Returns whether it is more than before. */
    boolean granted(Chunk chunk) {
        boolean more = chunk.creditEpoch() == epoch && chunk.limit() > limit;
        if (more) {
            limit = chunk.limit();
        }
        return more;
    }

    /** Whether there is no credit left. */
    boolean isUsedUp() {
        return limit == sent;
    }

    /** Gives back the credit beyond what a link always has. */
    void giveBack() {
        if (limit - sent > Credit.BASE) {
            long before = limit;
            boolean told = false;
            epoch++;
            limit = sent + Credit.BASE;
            try {
                send(Chunk.Kind.RETURN);
                told = true;
            } finally {
                if (!told) { // the other end goes on with the old epoch
                    epoch--;
                    limit = before;
                }
            }
        }
    }

    // ---- messages

    /** Begins a message, which grants what was read since the last. */
    byte[] chunk(Chunk.Kind kind, int length) {
        return chunk(kind, sent, length);
    }

    private byte[] chunk(Chunk.Kind kind, long offset, int length) {
        incoming.grant();
        return Chunk.head(kind, incoming.epoch(), epoch, offset, incoming.granted(), length);
    }

    /** Sends a message without bytes, after what is held. */
    void send(Chunk.Kind kind) {
        send(chunk(kind, 0));
    }

    /** As {@link #send(Chunk.Kind)}; returns false where there is no memory for that. */
    boolean trySend(Chunk.Kind kind) {
        try {
            send(kind);
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /** Tells the other end why this one has failed; returns false where there is no memory for that. */
    boolean tryReset(IpcException why) {
        try {
            outlet.publish(subject.get(), null, Chunk.reset(why.status(), why.reason()));
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    private void send(byte[] chunk) {
        sendHeld();
        publish(chunk);
    }

    private void publish(byte[] chunk) {
        long before = outlet.writes();
        outlet.publish(subject.get(), null, chunk);
        incoming.told();
        held.published(before);
    }

    /** Takes as many bytes as there is credit for, to send them now or after the write that is under way. */
    int take(ByteBuffer from) {
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
            from.get(from.position(), chunk, Chunk.HEAD, count);
            send(chunk);
            from.position(from.position() + count); // not before it is sent
        }
    }

    /** As much as there is credit for, in parts of about one length: a small rest would cost as much as a whole one. */
    private int room(ByteBuffer from) {
        int all = (int) Math.min(from.remaining(), Math.max(0, limit - sent));
        int parts = (all + mostChunk - 1) / mostChunk;
        return parts < 2 ? all : (all + parts - 1) / parts;
    }

    // ---- bytes that wait for a write

    private void sendHeld() {
        int length = held.length();
        if (length > 0) {
            byte[] chunk = chunk(Chunk.Kind.DATA, sent - length, length);
            held.copyTo(chunk);
            publish(chunk);
            held.clear();
        }
    }

    /** Sends what is held if no write may come. Returns why that failed for good, or null. */
    @Nullable IpcException sendDue() {
        return held.isDue() ? trySendHeld() : null;
    }

    /**
     * A write has ended: sends what is held, and waits for another write; if nothing has come by then, the memory is freed. Returns
     * why that failed for good, or null.
     */
    @Nullable IpcException written() {
        held.called();
        if (held.length() == 0) {
            held.rest();
            return null;
        }
        held.tryAwait();
        return trySendHeld();
    }

    /** Without memory there is another try after a later write, such as that of a sign of life. */
    private @Nullable IpcException trySendHeld() {
        try {
            sendHeld();
            return null;
        } catch (OutOfMemoryError e) {
            return held.isAwaited() ? null : NO_MEMORY;
        } catch (RuntimeException | Error e) {
            return new IpcException(IpcStatus.PEER_DIED, "what was written could not be sent to the peer: " + e, e);
        }
    }

    /** Frees the memory, unless something is in it. */
    void rest() {
        held.rest();
    }

    /** Nothing is sent any more. */
    void free() {
        held.free();
    }
}
