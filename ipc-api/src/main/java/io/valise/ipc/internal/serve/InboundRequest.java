package io.valise.ipc.internal.serve;

import io.valise.ipc.CallKind;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.Reply;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.InFlight;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.MessageLimits;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.frame.Sendable;
import io.valise.ipc.internal.jfr.Recording;
import io.valise.ipc.internal.work.Backlog;
import io.valise.ipc.internal.work.CallbackTask;
import io.valise.ipc.internal.work.Deadline;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A request or stream of the peer from its arrival to its answer. It is answered at most once: by the thread that first
 * sets its outcome. It writes its own RESPONSE: a reply is worth no object that lives for one call. Thread-safe.
 */
public sealed class InboundRequest implements Request, Task, InFlight.Entry, Sendable permits MeasuredRequest {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    /** The outcome of a request that the peer gave up. */
    private static final Object CANCELLED = IpcStatus.CANCELLED;

    private static final VarHandle OUTCOME;
    private static final VarHandle STAGE;

    static {
        try {
            OUTCOME = MethodHandles.lookup().findVarHandle(InboundRequest.class, "outcome", Object.class);
            STAGE = MethodHandles.lookup().findVarHandle(InboundRequest.class, "stage", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The stage of a request that waits for a thread. */
    private static final int QUEUED = 1;
    /** Its handler may have seen it. */
    private static final int BEGUN = 2;
    /** It was taken back while it waited: no handler sees it. */
    private static final int WITHDRAWN = 3;

    private final Dispatcher dispatcher;
    private final long id;
    private final String service;
    private final ValueSet message;
    private final ValueSet metadata;
    private final long deadline;
    /** What carries the answer of a stream; null for a request. */
    private final @Nullable OutgoingStream stream;
    /** Null while the peer waits; then {@link #CANCELLED}, the reply, or the frame of another answer. */
    private volatile @Nullable Object outcome;

    private @Nullable List<Runnable> onCancel;
    private @Nullable Service handler;
    /** Metadata for the reply, beside no message; null for none. */
    private volatile @Nullable Reply beside;

    private final int bytes;
    private @Nullable Backlog queuedIn;
    private boolean rejected;
    /** 0 while the thread that read it has not looked yet whether it may run. */
    private volatile int stage;

    private long place;

    public InboundRequest(
            Dispatcher dispatcher,
            long id,
            String service,
            ValueSet message,
            ValueSet metadata,
            long deadline,
            boolean stream,
            long firstCredit,
            int bytes) {
        this.dispatcher = dispatcher;
        this.id = id;
        this.service = service;
        this.message = message;
        this.metadata = metadata;
        this.deadline = deadline;
        this.stream = stream ? new OutgoingStream(dispatcher.sender(), this, firstCredit) : null;
        this.bytes = bytes;
    }

    // ---- Request

    @Override
    public CallKind kind() {
        return isStream() ? CallKind.STREAM : CallKind.REQUEST;
    }

    @Override
    public String service() {
        return service;
    }

    @Override
    public ValueSet message() {
        return message;
    }

    @Override
    public ValueSet metadata() {
        return metadata;
    }

    @Override
    public PeerIdentity caller() {
        return dispatcher.connection().peer();
    }

    @Override
    public IpcConnection connection() {
        return dispatcher.connection();
    }

    @Override
    public Optional<Duration> remaining() {
        return deadline == Deadline.NEVER
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(isCancelled() ? 0 : Math.max(0, deadline - System.nanoTime())));
    }

    @Override
    public boolean isCancelled() {
        return outcome == CANCELLED;
    }

    @Override
    public void onCancel(Runnable action) {
        synchronized (this) {
            if (outcome == null) {
                if (onCancel == null) {
                    onCancel = new ArrayList<>(1);
                }
                onCancel.add(action);
                return;
            }
        }
        if (isCancelled()) {
            action.run();
        }
    }

    @Override
    public void replyMetadata(ValueSet more) {
        if (isStream()) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED, "stream " + service + ": only a reply has metadata; send it as an item");
        }
        synchronized (this) {
            Reply all = withMetadata(null).withMetadata(more);
            MessageLimits.checkReplyMetadata(all.metadata());
            beside = all;
        }
    }

    /** A reply with the metadata that was set for it; null is the empty reply. */
    Reply withMetadata(@Nullable ValueSet reply) {
        Reply set = beside;
        Reply known = set == null ? Reply.empty() : set;
        return reply == null ? known : known.withMessage(reply);
    }

    // ---- running

    @Override
    public long id() {
        return id;
    }

    boolean isStream() {
        return stream != null;
    }

    /** Its place among the calls of the peer, from 1 on. */
    long place() {
        return place;
    }

    void place(long number) {
        place = number;
    }

    /** Names the service that will run this request. */
    void handler(Service found) {
        handler = found;
    }

    @Override
    public void queuedIn(Backlog backlog) {
        queuedIn = backlog;
        backlog.grow(bytes);
        STAGE.setRelease(this, QUEUED);
    }

    @Override
    public void rejected() {
        rejected = true;
    }

    @Override
    public boolean needsOtherThread(boolean readerIsCaller) {
        Service found = handler;
        return readerIsCaller
                || (found != null && found.runsHandler() && (dispatcher.usesExecutor() || found.isSlow()));
    }

    @Override
    public void stalled() {
        if (handler != null) {
            handler.stalled();
            Recording.stalled(connection(), service);
        }
    }

    @Override
    public void run(boolean onReader) {
        Service found = handler;
        Backlog backlog = queuedIn;
        if (backlog != null) {
            backlog.shrink(bytes);
            if (found != null) {
                found.handedOff();
            }
        }
        if (found != null && isOpen() && !dispatcher.refuses(this, found)) {
            serve(found, onReader);
        }
    }

    /** Whether its handler may begin, from now on: false when it has been taken back. */
    boolean begin() {
        if (queuedIn != null) {
            return STAGE.compareAndSet(this, QUEUED, BEGUN);
        }
        STAGE.setOpaque(this, BEGUN); // a thread that closes the connection waits until it sees this
        return true;
    }

    /** Whether it is known if a handler may see it. */
    boolean hasBegun() {
        return stage == BEGUN;
    }

    /** Takes it back while it waits for a thread; returns the answer that is to be sent, or null. */
    @Nullable OutFrame withdraw(IpcStatus status, String text) {
        OutFrame answer = refusal(status, text);
        if (!STAGE.compareAndSet(this, QUEUED, WITHDRAWN) || !OUTCOME.compareAndSet(this, null, answer)) {
            return null;
        }
        dispatcher.refused(service, status, text);
        ended(status);
        dispatcher.finished(this);
        return answer;
    }

    /** Whether the executor that was to run it has refused it. */
    boolean isRejected() {
        return rejected;
    }

    /** Whether its time was up before a handler could begin. */
    boolean isOverdue() {
        return queuedIn != null && deadline != Deadline.NEVER && deadline - System.nanoTime() <= 0;
    }

    private void serve(Service found, boolean onReader) {
        InterceptedHandlers intercepted = dispatcher.intercepted();
        running = true;
        try {
            if (intercepted == null || found.isBuiltIn()) {
                countServed(found);
                found.serve(this, onReader);
            } else {
                intercepted.serve(found, this, onReader);
            }
        } catch (Throwable e) { // reported to the caller; it must not end the reader
            fail(e);
        } finally {
            running = false;
        }
    }

    void countServed(Service found) {
        dispatcher.counters().served(found.isBuiltIn());
    }

    /** Written and read by the thread that runs the handler. */
    private boolean running;

    /**
     * Whether the calling thread flushes soon: only a reader does by itself, and only while it is in this request.
     *
     * @param handling the thread that has begun with the handler
     */
    boolean isFlushedSoon(boolean onReader, Thread handling) {
        return onReader && Thread.currentThread() == handling && running;
    }

    // ---- answering

    /** Answers; null is the empty reply. */
    void reply(@Nullable ValueSet reply, boolean onReader) {
        ValueSet message = reply == null ? ValueSet.empty() : reply;
        if (beside == null) {
            answer(message, this, IpcStatus.OK, onReader);
        } else {
            reply(withMetadata(message), onReader);
        }
    }

    /** Answers by a reply whose metadata, if it has any, goes before it. */
    private void reply(Reply reply, boolean onReader) {
        OutFrame metadata = OutFrame.replyMetadata(id, MessageLimits.checkReplyMetadata(reply.metadata()));
        if (OUTCOME.compareAndSet(this, null, reply.message())) {
            ended(IpcStatus.OK);
            dispatcher.answer(this, metadata, this, onReader);
        }
    }

    /** Answers as the outermost interceptor says. */
    void replyIntercepted(Reply reply, boolean onReader) {
        Reply whole = beside == null ? reply : withMetadata(reply.message()).withMetadata(reply.metadata());
        if (whole.metadata().isEmpty()) {
            answer(whole.message(), this, IpcStatus.OK, onReader);
        } else {
            reply(whole, onReader);
        }
    }

    @Override
    public long bound() {
        return OutFrame.responseBound(replied());
    }

    @Override
    public void write(ByteBuffer out) {
        OutFrame.writeResponse(id, replied(), out);
    }

    private ValueSet replied() {
        return (ValueSet) Objects.requireNonNull(outcome, "a reply is sent once it is there");
    }

    /** Answers with what a handler threw. That a future was cancelled with its request is no failure. */
    void fail(Throwable failure) {
        if (failure instanceof IpcException known) {
            error(known.status(), known.reason());
        } else if (!(failure instanceof CancellationException && isCancelled())) {
            error(IpcStatus.HANDLER_FAILED, HandlerFailures.logged("service " + service, failure));
        }
    }

    /** Answers with what an interceptor threw; {@code begun} says whether the handler may have seen the request. */
    void failIntercepted(Throwable failure, boolean begun) {
        if (!isOpen()) {
            return;
        }
        if (begun) {
            fail(failure);
            cancelPublisher();
        } else if (failure instanceof IpcException known && known.status() == IpcStatus.CONNECTION_CLOSED) {
            fail(known); // as a refusal it would say that this end drains
        } else if (failure instanceof IpcException known && known.status() != IpcStatus.OK) {
            refuse(known.status(), known.reason());
        } else {
            refuse(IpcStatus.HANDLER_FAILED, HandlerFailures.logged("an interceptor of service " + service, failure));
        }
    }

    /** Answers that no handler has seen or will see the request. */
    void refuse(IpcStatus status, String text) {
        dispatcher.refused(service, status, text);
        answer(refusal(status, text), status);
    }

    private OutFrame refusal(IpcStatus status, String text) {
        return OutFrame.text(Frames.ERROR, id, Frames.FLAG_REJECTED, status, text);
    }

    private void error(IpcStatus status, String text) {
        IpcStatus sent = status == IpcStatus.OK ? IpcStatus.HANDLER_FAILED : status;
        answer(OutFrame.text(Frames.ERROR, id, 0, sent, text), sent);
    }

    private void answer(OutFrame answer, IpcStatus status) {
        answer(answer, answer, status, false);
    }

    /**
     * Sends the answer, unless the request has one or the peer waits for it no more. It is under way until the answer has
     * been sent: a server that shuts down waits for that too.
     */
    private void answer(Object answer, Sendable frame, IpcStatus status, boolean onReader) {
        if (OUTCOME.compareAndSet(this, null, answer)) {
            ended(status);
            dispatcher.answer(this, frame, onReader);
        }
    }

    /** Called once, by the thread that has set the outcome, before it sends the answer. */
    void ended(IpcStatus status) {}

    /** Whether the peer still waits for an answer. */
    boolean isOpen() {
        return outcome == null;
    }

    // ---- streams

    void publish(Flow.@Nullable Publisher<ValueSet> publisher) {
        if (publisher == null) {
            throw new NullPointerException("service " + service + ": its handler returned no publisher");
        }
        Objects.requireNonNull(stream, "a request that is none was refused").subscribeTo(publisher);
    }

    /** Publishes a stream behind interceptors, which are told of its end. */
    CompletionStage<Reply> publishWatched(Flow.@Nullable Publisher<ValueSet> publisher) {
        CompletionStage<Reply> end = Objects.requireNonNull(stream, "a request that is none was refused")
                .watched();
        publish(publisher);
        return end;
    }

    /** Ends a stream whose publisher has completed, or that no interceptor has let open. */
    void endStream() {
        answer(OutFrame.signal(Frames.STREAM_END, id, IpcStatus.OK), IpcStatus.OK);
    }

    private void cancelPublisher() {
        if (stream != null) {
            stream.cancel();
        }
    }

    /** The peer asks for more messages of the stream; null when this is none. */
    @Nullable Task credited(long more) {
        if (more <= 0) {
            throw Frames.malformed("CREDIT: must be positive, actual=" + more);
        }
        OutgoingStream asked = stream;
        return asked == null ? null : new CallbackTask(() -> asked.request(more));
    }

    // ---- cancelling

    /** The peer gave the request up. */
    Task cancelled() {
        return new CallbackTask(this::cancel);
    }

    /** Ends the request without an answer and tells its handler. */
    void cancel() {
        List<Runnable> actions;
        synchronized (this) {
            if (!OUTCOME.compareAndSet(this, null, CANCELLED)) {
                return;
            }
            actions = onCancel == null ? List.of() : onCancel;
            onCancel = null;
        }
        ended(IpcStatus.CANCELLED);
        dispatcher.finished(this);
        cancelPublisher();
        for (Runnable action : actions) {
            try {
                action.run();
            } catch (RuntimeException | Error e) { // the other actions are run all the same
                LOG.log(Level.WARNING, "service " + service + ": an onCancel action failed", e);
            }
        }
    }
}
