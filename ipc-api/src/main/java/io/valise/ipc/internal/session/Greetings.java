package io.valise.ipc.internal.session;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import org.jspecify.annotations.Nullable;

/** HELLO and WELCOME, with which a session begins, as either end says and hears them. Thread-safe. */
final class Greetings {
    private final Session session;
    private final Session.Greeter greeter;
    private final SerialLane listeners;

    Greetings(Session session, Session.Greeter greeter) {
        this.session = session;
        this.greeter = greeter;
        this.listeners = new SerialLane(session.backlog());
    }

    // ---- the client's end

    /**
     * Says HELLO and waits for the WELCOME; returns what the server says of itself.
     *
     * @param nanos how long to wait, in nanoseconds
     */
    ValueSet greet(ValueSet about, long nanos) {
        SyncCall call = new SyncCall(session.calls().nextId(), "HELLO", nanos);
        session.sendCall(call, OutFrame.hello(call.id(), about));
        return session.reader().await(call);
    }

    @Nullable Work welcomed(long id, int version, ValueSet about) {
        if (version != Frames.VERSION) {
            throw new IpcException(
                    IpcStatus.VERSION_MISMATCH,
                    "protocol version: here " + Frames.VERSION + ", at the server " + version);
        }
        PendingCall call = session.calls().remove(id);
        if (call == null) {
            throw Inbound.malformed("WELCOME: no HELLO had the id " + id);
        }
        call.complete(about);
        return null;
    }

    // ---- the server's end

    /** Where a server's listeners are told of this session, one thing at a time. */
    SerialLane listeners() {
        return listeners;
    }

    /** Ends the session unless the peer says HELLO in time. */
    void expectHello(long nanos) {
        AwaitedHello hello = new AwaitedHello(nanos);
        session.calls().put(hello);
        session.calls().watchDeadline(hello.deadline());
    }

    void heardHello() {
        session.calls().remove(AwaitedHello.ID);
    }

    Work greetedBy(long id, int lowest, int highest, ValueSet about) {
        return greeter.greeted(session, id, lowest, highest, about);
    }

    /** Says WELCOME, before all that others send once {@code announce} has told them of this session. */
    void welcome(OutFrame welcome, Runnable announce) {
        try {
            session.outbound().sendAfter(announce, welcome, session.sendDeadline());
        } catch (IpcException e) {
            session.sendFailed(e);
        }
    }
}
