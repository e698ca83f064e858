package io.valise.ipc.internal.session;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.AsyncCall;
import io.valise.ipc.internal.call.EndedCalls;
import io.valise.ipc.internal.call.IncomingStream;
import io.valise.ipc.internal.call.OutgoingCalls;
import io.valise.ipc.internal.call.PendingCall;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.decode.KeyCache;
import io.valise.ipc.internal.decode.ValueSetDecoder;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.Reassembly;
import io.valise.ipc.internal.greeting.ServerProof;
import io.valise.ipc.internal.serve.Dispatcher;
import io.valise.ipc.internal.serve.InboundRequest;
import io.valise.ipc.internal.serve.MeasuredRequest;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.SessionCounters;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.internal.work.TaskRunner;
import io.valise.ipc.spi.Link;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the frames of a connection, laid out as {@link Frames} says, and hands them to the calls, the dispatcher, the
 * greeting or the lifecycle. Used by the holder of the read right. A frame is decoded at once, since its bytes are gone
 * when {@link #onFrame} returns; what it asks for beyond that is left as {@link #takeTask() task}, and the poll ends so that
 * the task is done before the next frame is read. Only ends of calls that run no code of the application are gathered.
 */
final class FrameReceiver implements Link.FrameHandler {
    private final boolean server;
    private final Link link;
    private final SessionCounters counters;
    private final Lifecycle lifecycle;
    private final OutgoingCalls calls;
    private final Dispatcher dispatcher;
    private final GreetingExchange greeting;
    private final Session session;
    private final Session.Greeter greeter;
    private final TaskRunner tasks;
    private final KeyCache keys = new KeyCache();
    private final ValueSetDecoder decoder = new ValueSetDecoder(keys);
    private final Reassembly reassembly;
    private @Nullable Task task;

    /** Calls that the frames of this poll have ended, in their order; nothing of the application depends on them. */
    private List<AsyncCall> ended = new ArrayList<>();

    private boolean gathers;
    private boolean greeted;
    private boolean challenged;

    FrameReceiver(
            boolean server,
            Link link,
            SessionCounters counters,
            Lifecycle lifecycle,
            OutgoingCalls calls,
            Dispatcher dispatcher,
            GreetingExchange greeting,
            Session session,
            Session.Greeter greeter,
            TaskRunner tasks,
            int maxMessageBytes) {
        this.server = server;
        this.link = link;
        this.counters = counters;
        this.lifecycle = lifecycle;
        this.calls = calls;
        this.dispatcher = dispatcher;
        this.greeting = greeting;
        this.session = session;
        this.greeter = greeter;
        this.tasks = tasks;
        this.reassembly = new Reassembly(maxMessageBytes);
    }

    /**
     * Whether the next poll may go on behind the end of a call with a future, so that several are completed together: not
     * while threads wait for replies of their own, which would be woken before them by what came after them.
     */
    void gathers(boolean yes) {
        gathers = yes;
    }

    /** What the frames of the last poll ask for, once; null for nothing. */
    @Nullable Task takeTask() {
        Task taken = task;
        task = null;
        return ended.isEmpty() ? taken : takeEnded(taken);
    }

    private Task takeEnded(@Nullable Task rest) {
        if (rest == null && ended.size() == 1) {
            return ended.remove(0);
        }
        List<AsyncCall> taken = ended;
        ended = new ArrayList<>();
        return new EndedCalls(tasks, taken, rest);
    }

    @Override
    public boolean onFrame(ByteBuffer frame) {
        counters.received(frame.remaining());
        read(frame, true);
        return task == null && ended.size() < EndedCalls.MOST;
    }

    private void read(ByteBuffer frame, boolean mayBeFragment) {
        if (frame.remaining() < Frames.HEADER_BYTES) {
            throw Frames.malformed("frame: minimum=" + Frames.HEADER_BYTES + " bytes, actual=" + frame.remaining());
        }
        int head = frame.getInt();
        long id = frame.getLong();
        link.checkWhole();
        byte kind = (byte) (head >>> 24);
        int flags = head >>> 16 & 0xff;
        if (!greeted) {
            greet(kind, flags, head & 0xffff, id, frame);
        } else if (kind == Frames.FRAGMENT && mayBeFragment) {
            ByteBuffer whole = reassembly.add(flags, frame);
            link.checkWhole();
            if (whole != null) {
                read(whole, false);
                reassembly.release();
            }
        } else {
            read(kind, flags, head & 0xffff, id, frame);
        }
    }

    private void greet(byte kind, int flags, int status, long id, ByteBuffer frame) {
        boolean refusal = kind == Frames.ERROR && !server;
        if (kind == (server ? Frames.HELLO : Frames.WELCOME) && !(server && challenged)) {
            readGreeting(kind, id, frame);
        } else if (kind == (server ? Frames.PROOF : Frames.CHALLENGE) && challenged == server) {
            readIdentity(kind, id, frame);
        } else if (refusal || kind == Frames.GOAWAY) {
            read(kind, flags, status, id, frame);
        } else {
            String name = server ? challenged ? "PROOF" : "HELLO" : "WELCOME";
            throw Frames.malformed("greeting: expected " + name + ", actual kind=" + kind);
        }
    }

    /** A server that has challenged waits for the proof; a client that is challenged once is not so again. */
    private void readIdentity(byte kind, long id, ByteBuffer frame) {
        ValueSet values = last(frame);
        if (kind == Frames.PROOF) {
            greeted = true;
            task = greeter.proved(session, id, values);
        } else {
            challenged = true;
            greeting.challenged(id, values);
        }
    }

    private void readGreeting(byte kind, long id, ByteBuffer frame) {
        boolean hello = kind == Frames.HELLO;
        need(frame, hello ? Long.BYTES : Short.BYTES);
        if (hello && frame.getInt() != Frames.MAGIC) {
            throw Frames.malformed("HELLO: the magic number is missing; the peer does not speak this protocol");
        }
        int lowest = frame.getShort() & 0xffff;
        int highest = hello ? frame.getShort() & 0xffff : lowest;
        // what follows may belong to a version that this one cannot read
        boolean readable = Frames.versionFor(lowest, highest) != 0;
        ValueSet about = readable ? last(frame) : ValueSet.empty();
        if (hello) {
            challenged = ServerProof.isWanted(about);
            greeted = !challenged;
            task = greeter.greeted(session, id, lowest, highest, about);
        } else {
            greeted = true;
            greeting.welcomed(id, highest, about);
        }
    }

    private void read(byte kind, int flags, int status, long id, ByteBuffer frame) {
        switch (kind) {
            case Frames.REQUEST, Frames.STREAM_OPEN -> readRequest(kind, flags, id, frame);
            case Frames.RESPONSE -> readResponse(id, frame);
            case Frames.ERROR -> readError(flags, status, id, frame);
            case Frames.EVENT -> readEvent(frame);
            case Frames.STREAM_ITEM -> readItem(id, frame);
            case Frames.STREAM_END -> readEnd(id);
            case Frames.CREDIT -> readCredit(id, frame);
            case Frames.CANCEL -> task = dispatcher.cancelled(id);
            case Frames.GOAWAY ->
                lifecycle.peerSaid(IpcStatus.ofNumber(status), (flags & Frames.FLAG_DRAIN) != 0, id, text(frame));
            case Frames.REPLY_METADATA -> readReplyMetadata(id, frame);
            case Frames.HELLO, Frames.WELCOME, Frames.CHALLENGE, Frames.PROOF ->
                throw Frames.malformed("HELLO, WELCOME, CHALLENGE or PROOF: said once already, actual kind=" + kind);
            case Frames.FRAGMENT -> throw Frames.malformed("FRAGMENT: within a fragmented frame");
            default -> skip(kind, flags);
        }
    }

    private void readRequest(byte kind, int flags, long id, ByteBuffer frame) {
        long deadline = Deadline.NEVER;
        if (kind == Frames.REQUEST && (flags & Frames.FLAG_DEADLINE) != 0) {
            need(frame, Long.BYTES);
            deadline = Deadline.in(frame.getLong());
        }
        long credit = 0;
        if (kind == Frames.STREAM_OPEN) {
            need(frame, Long.BYTES);
            credit = frame.getLong();
            if (credit < 0) {
                throw Frames.malformed("credit of STREAM_OPEN: minimum=0, actual=" + credit);
            }
        }
        int bytes = frame.remaining();
        boolean stream = kind == Frames.STREAM_OPEN;
        String service = name(frame);
        ValueSet metadata = (flags & Frames.FLAG_METADATA) != 0 ? decoder.decode(frame) : ValueSet.empty();
        ValueSet message = last(frame);
        task = dispatcher.requested(
                dispatcher.measures()
                        ? new MeasuredRequest(
                                dispatcher, id, service, message, metadata, deadline, stream, credit, bytes)
                        : new InboundRequest(
                                dispatcher, id, service, message, metadata, deadline, stream, credit, bytes));
    }

    private void readResponse(long id, ByteBuffer frame) {
        if (calls.get(id) == null) {
            return; // it was given up: the answer came too late
        }
        ValueSet reply = last(frame);
        PendingCall call = calls.remove(id);
        if (call != null) {
            leave(call.complete(reply));
        }
    }

    private void readReplyMetadata(long id, ByteBuffer frame) {
        if (calls.wantsMetadata(id)) {
            calls.metadataReceived(id, last(frame));
        }
    }

    private void readError(int flags, int status, long id, ByteBuffer frame) {
        boolean rejected = (flags & Frames.FLAG_REJECTED) != 0;
        IpcStatus why = IpcStatus.ofNumber(status);
        if (rejected && why == IpcStatus.CONNECTION_CLOSED) {
            lifecycle.peerDrains(); // its GOAWAY follows; the next call need not find out too
        }
        PendingCall call = calls.remove(id);
        if (call != null) {
            Delivery delivery = rejected ? Delivery.REJECTED : Delivery.UNKNOWN;
            IpcStatus said = why == IpcStatus.OK ? IpcStatus.PROTOCOL_ERROR : why;
            leave(call.fail(said, text(frame), delivery));
        }
    }

    private void leave(Task rest) {
        if (gathers && rest instanceof AsyncCall call && !call.hasDependents()) {
            ended.add(call);
        } else if (rest != Task.NONE) {
            task = rest;
        }
    }

    private void readEvent(ByteBuffer frame) {
        int bytes = frame.remaining();
        String name = name(frame);
        ValueSet message = last(frame);
        counters.eventReceived();
        task = dispatcher.eventReceived(name, message, bytes);
    }

    private void readItem(long id, ByteBuffer frame) {
        IncomingStream stream = stream("STREAM_ITEM", id);
        if (stream != null) {
            int bytes = frame.remaining();
            task = stream.received(last(frame), bytes);
        }
    }

    private void readEnd(long id) {
        IncomingStream stream = stream("STREAM_END", id);
        if (stream != null && calls.remove(id) != null) {
            task = stream.ended();
        }
    }

    /** The stream with that id; null when it was given up. */
    private @Nullable IncomingStream stream(String frame, long id) {
        PendingCall call = calls.get(id);
        if (call == null || call instanceof IncomingStream) {
            return (IncomingStream) call;
        }
        throw Frames.malformed(frame + ": call " + id + " is no stream");
    }

    private void readCredit(long id, ByteBuffer frame) {
        need(frame, Long.BYTES);
        long more = frame.getLong();
        link.checkWhole();
        task = dispatcher.credited(id, more);
    }

    private static void skip(byte kind, int flags) {
        if ((flags & Frames.FLAG_OPTIONAL) == 0) {
            throw Frames.malformed("frame kind: expected 1 to " + Frames.REPLY_METADATA + ", actual=" + kind);
        }
    }

    /** The ValueSet that ends the frame. */
    private ValueSet last(ByteBuffer frame) {
        ValueSet message = decoder.decode(frame);
        link.checkWhole();
        if (frame.hasRemaining()) {
            throw Frames.malformed("frame: " + frame.remaining() + " bytes too many after its last value");
        }
        return message;
    }

    private String name(ByteBuffer frame) {
        need(frame, 1);
        int length = frame.get() & 0xff;
        need(frame, length);
        if (length == 0) {
            throw Frames.malformed("name of a service or event: minimum=1 byte, actual=0");
        }
        String name = keys.key(frame, frame.position(), length);
        frame.position(frame.position() + length);
        return name;
    }

    private String text(ByteBuffer frame) {
        byte[] utf8 = new byte[Math.min(frame.remaining(), Frames.MAX_TEXT_BYTES)];
        frame.get(utf8);
        link.checkWhole();
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static void need(ByteBuffer frame, int bytes) {
        if (frame.remaining() < bytes) {
            throw Frames.malformed("frame: it ends " + (bytes - frame.remaining()) + " bytes too early");
        }
    }
}
