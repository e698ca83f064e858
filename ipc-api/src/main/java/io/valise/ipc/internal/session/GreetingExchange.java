package io.valise.ipc.internal.session;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.internal.call.OutgoingCalls;
import io.valise.ipc.internal.call.PendingCall;
import io.valise.ipc.internal.call.SyncCall;
import io.valise.ipc.internal.channel.AnswerSender;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.greeting.ClientProof;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.internal.greeting.Greeting;
import io.valise.ipc.internal.greeting.Proven;
import io.valise.ipc.internal.greeting.ServerProof;
import io.valise.ipc.internal.identity.Nonces;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The frames with which a connection begins, at either end: HELLO, CHALLENGE, PROOF and WELCOME. Thread-safe. */
public final class GreetingExchange {
    private final Endpoint endpoint;
    private final SessionConfig config;
    private final OutgoingCalls calls;
    private final FrameSender sender;
    private final AnswerSender answers;
    private final Lifecycle lifecycle;
    private volatile boolean challenged;
    private volatile int version;
    private volatile @Nullable ServerProof proof;

    GreetingExchange(
            Endpoint endpoint,
            SessionConfig config,
            OutgoingCalls calls,
            FrameSender sender,
            AnswerSender answers,
            Lifecycle lifecycle) {
        this.endpoint = endpoint;
        this.config = config;
        this.calls = calls;
        this.sender = sender;
        this.answers = answers;
        this.lifecycle = lifecycle;
    }

    /**
     * What a client learns of its server.
     *
     * @param greeting what the server says of itself
     * @param proven what it has proved
     */
    record Introduction(Greeting greeting, Proven proven) {}

    // ---- the client's end

    /** Says HELLO, proves who this is if the server asks, and waits for the WELCOME. */
    Introduction greet(Requester requester, long deadline) {
        Credentials credentials = config.credentials();
        ValueSet about = Greeting.ofThisProcess(config.maxMessageBytes(), config.reach());
        AppIdentity own = credentials.identity();
        long id = calls.nextId();
        if (own == null) {
            ValueSet welcome = exchange(requester, "HELLO", OutFrame.hello(id, about), deadline);
            return new Introduction(Greeting.parse(welcome), Proven.NOTHING);
        }
        ClientProof ours = new ClientProof(own, credentials.grants(), endpoint, Nonces.fresh());
        ValueSet answer = exchange(requester, "HELLO", OutFrame.hello(id, ours.hello(about)), deadline);
        Proven server = Proven.NOTHING;
        if (challenged) {
            ClientProof.Answer checked = ours.answer(answer);
            server = checked.server();
            checkRules(server);
            OutFrame proof = OutFrame.message(Frames.PROOF, id, checked.proof());
            answer = exchange(requester, "PROOF", proof, deadline);
        }
        checkRules(server);
        return new Introduction(Greeting.parse(answer), server);
    }

    /** The frames of one greeting have one id. */
    private static ValueSet exchange(Requester requester, String what, OutFrame frame, long deadline) {
        return requester.greet(new SyncCall(frame.id(), what, Math.max(1, deadline - System.nanoTime())), frame);
    }

    private void checkRules(Proven server) {
        Optional<String> refusal = config.credentials().outRefusal(endpoint, server.applicationId());
        if (refusal.isPresent()) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED, "loopback access rules: " + refusal.get(), Delivery.NOT_SENT);
        }
    }

    /** The server wants a proof. */
    void challenged(long id, ValueSet challenge) {
        PendingCall call = config.credentials().identity() == null ? null : calls.remove(id);
        if (call == null) {
            throw Frames.malformed("CHALLENGE: no HELLO with an identity had the id " + id);
        }
        challenged = true;
        call.complete(challenge);
    }

    /** The server lets this end in. */
    void welcomed(long id, int agreed, ValueSet about) {
        if (Frames.versionFor(agreed, agreed) == 0) {
            throw new IpcException(
                    IpcStatus.VERSION_MISMATCH,
                    "protocol version: here " + Frames.LOWEST_VERSION + " to " + Frames.VERSION + ", at the server "
                            + agreed);
        }
        PendingCall call = calls.remove(id);
        if (call == null) {
            throw Frames.malformed("WELCOME: no HELLO had the id " + id);
        }
        use(agreed);
        call.complete(about);
    }

    private void use(int agreed) {
        version = agreed;
        lifecycle.agreed(agreed);
    }

    // ---- the server's end

    /** Chooses the highest version that both ends speak; false when there is none. */
    public boolean agree(int lowest, int highest) {
        int agreed = Frames.versionFor(lowest, highest);
        if (agreed != 0) {
            use(agreed);
        }
        return agreed != 0;
    }

    /** The version that both ends speak; 0 before that is known. */
    public int version() {
        return version;
    }

    /** Asks a client to prove who it says it is. */
    public void challenge(long id, ValueSet hello) {
        ServerProof wanted = ServerProof.of(hello, config.credentials(), endpoint, Nonces.fresh());
        proof = wanted;
        answers.send(OutFrame.message(Frames.CHALLENGE, id, wanted.challenge()), true);
    }

    /** What the client was asked to prove; null before that. */
    public @Nullable ServerProof proof() {
        return proof;
    }

    /** Sends the client the reason of its refusal. */
    void refuse(long id, IpcStatus status, String text) {
        answers.send(OutFrame.text(Frames.ERROR, id, Frames.FLAG_REJECTED, status, text), true);
    }

    /** Says WELCOME, before all that others send once {@code announce} has told them of this connection. */
    public void welcome(OutFrame welcome, Runnable announce) {
        try {
            sender.sendAfter(announce, welcome);
        } catch (IpcException e) {
            sender.failed(e);
        }
    }
}
