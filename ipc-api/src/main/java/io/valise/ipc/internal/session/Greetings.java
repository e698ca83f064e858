package io.valise.ipc.internal.session;

import io.valise.ipc.CloseReason;
import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.internal.call.PendingCall;
import io.valise.ipc.internal.call.SyncCall;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.greeting.ClientProof;
import io.valise.ipc.internal.greeting.Greeting;
import io.valise.ipc.internal.greeting.Proven;
import io.valise.ipc.internal.greeting.ServerProof;
import io.valise.ipc.internal.identity.Nonces;
import io.valise.ipc.internal.work.SerialLane;
import io.valise.ipc.internal.work.Work;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** HELLO and WELCOME, with which a session begins, as either end says and hears them. Thread-safe. */
public final class Greetings {
    private final Session session;
    private final Session.Greeter greeter;
    private final SerialLane listeners;
    private volatile boolean challenged;
    private volatile int spoken;
    private volatile @Nullable ServerProof proof;

    Greetings(Session session, Session.Greeter greeter) {
        this.session = session;
        this.greeter = greeter;
        this.listeners = new SerialLane(session.backlog());
    }

    // ---- the client's end

    /** Says HELLO, proves who this is if that is asked, and waits for the WELCOME. */
    public void greet(long deadline) {
        SessionConfig config = session.config();
        ValueSet about = Greeting.ofThisProcess(config.maxMessageBytes());
        AppIdentity own = config.credentials().identity();
        long id = session.calls().nextId();
        if (own == null) {
            session.introduced(Greeting.parse(exchange("HELLO", OutFrame.hello(id, about), deadline)), Proven.NOTHING);
            return;
        }
        ClientProof proof = new ClientProof(own, config.credentials().grants(), session.endpoint(), Nonces.fresh());
        ValueSet answer = exchange("HELLO", OutFrame.hello(id, proof.hello(about)), deadline);
        Proven server = Proven.NOTHING;
        if (challenged) {
            ClientProof.Answer ours = proof.answer(answer);
            server = ours.server();
            checkRules(server);
            answer = exchange("PROOF", OutFrame.message(Frames.PROOF, id, ours.proof()), deadline);
        }
        checkRules(server);
        session.introduced(Greeting.parse(answer), server);
    }

    private ValueSet exchange(String what, OutFrame frame, long deadline) {
        SyncCall call = new SyncCall(frame.id(), what, Math.max(1, deadline - System.nanoTime()));
        session.sender().sendGreeting(call, frame);
        return session.reader().await(call);
    }

    private void checkRules(Proven server) {
        Optional<String> refusal =
                session.config().credentials().outRefusal(session.endpoint(), server.applicationId());
        if (refusal.isPresent()) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED, "loopback access rules: " + refusal.get(), Delivery.NOT_SENT);
        }
    }

    /** The server wants a proof. */
    void challenged(long id, ValueSet challenge) {
        PendingCall call = session.config().credentials().identity() == null
                ? null
                : session.calls().remove(id);
        if (call == null) {
            throw Frames.malformed("CHALLENGE: no HELLO with an identity had the id " + id);
        }
        challenged = true;
        call.complete(challenge);
    }

    @Nullable Work welcomed(long id, int version, ValueSet about) {
        if (Frames.versionFor(version, version) == 0) {
            throw new IpcException(
                    IpcStatus.VERSION_MISMATCH,
                    "protocol version: here " + Frames.LOWEST_VERSION + " to " + Frames.VERSION + ", at the server "
                            + version);
        }
        PendingCall call = session.calls().remove(id);
        if (call == null) {
            throw Frames.malformed("WELCOME: no HELLO had the id " + id);
        }
        speak(version);
        call.complete(about);
        return null;
    }

    private void speak(int version) {
        spoken = version;
        session.farewells().speak(version);
    }

    // ---- the server's end

    /** Speaks the highest version that both ends do; false when there is none. */
    public boolean agree(int lowest, int highest) {
        int version = Frames.versionFor(lowest, highest);
        if (version != 0) {
            speak(version);
        }
        return version != 0;
    }

    /** The version that is spoken; 0 before that is known. */
    public int version() {
        return spoken;
    }

    /** Where a server's listeners are told of this session, one thing at a time. */
    public SerialLane listeners() {
        return listeners;
    }

    /** Ends the session unless the peer says HELLO in time. */
    public void expectHello(long nanos) {
        AwaitedHello hello = new AwaitedHello(session, nanos);
        session.calls().put(hello);
        session.calls().watchDeadline(hello.deadline());
    }

    /** The peer has said HELLO, and it was good. */
    public void heardHello() {
        session.calls().remove(AwaitedHello.ID);
    }

    Work greetedBy(long id, int lowest, int highest, ValueSet about) {
        return greeter.greeted(session, id, lowest, highest, about);
    }

    Work provedBy(long id, ValueSet values) {
        return greeter.proved(session, id, values);
    }

    /** Asks a client to prove who it says it is. */
    public void challenge(long id, ValueSet hello) {
        ServerProof wanted = ServerProof.of(hello, session.config().credentials(), session.endpoint(), Nonces.fresh());
        proof = wanted;
        session.answer(OutFrame.message(Frames.CHALLENGE, id, wanted.challenge()), false);
    }

    /** What the client was asked; null before that. */
    public @Nullable ServerProof proof() {
        return proof;
    }

    /** Tells the client why it is not let in, and ends the session. */
    public void refuse(long id, IpcStatus status, String text) {
        session.answer(OutFrame.text(Frames.ERROR, id, Frames.FLAG_REJECTED, status, text), false);
        session.closeBecause(new CloseReason(status, false, text));
    }

    /** Says WELCOME, before all that others send once {@code announce} has told them of this session. */
    public void welcome(OutFrame welcome, Runnable announce) {
        try {
            session.outbound().sendAfter(announce, welcome, session.sendDeadline());
        } catch (IpcException e) {
            session.sendFailed(e);
        }
    }
}
