package io.valise.ipc.internal.greeting;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.identity.Claim;
import io.valise.ipc.internal.identity.Nonces;
import io.valise.ipc.internal.identity.Transcript;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's half of the proof of identities: it says who it is, and answers the server's challenge. Immutable. */
public final class ClientProof {
    static final String IDENTITY = "identity";
    static final String SIGNATURE = "signature";
    static final String GRANTS = "grants";

    private final AppIdentity own;
    private final List<CapabilityGrant> grants;
    private final Endpoint endpoint;
    private final byte[] nonce;

    public ClientProof(AppIdentity own, List<CapabilityGrant> grants, Endpoint endpoint, byte[] nonce) {
        this.own = own;
        this.grants = grants;
        this.endpoint = endpoint;
        this.nonce = nonce;
    }

    /** What HELLO says, with who this is. */
    public ValueSet hello(ValueSet about) {
        ValueSet identity =
                Claim.of(own).values().toBuilder().put(Nonces.KEY, nonce).build();
        return about.toBuilder().put(IDENTITY, identity).build();
    }

    /**
     * Takes a challenge.
     *
     * @throws IpcException {@code AUTHENTICATION_FAILED} when the server is not who it says, {@code PROTOCOL_ERROR}
     */
    public Answer answer(ValueSet challenge) {
        byte[] serverNonce = Nonces.in(challenge)
                .orElseThrow(
                        () -> Frames.malformed("CHALLENGE: expected a nonce of " + Transcript.NONCE_BYTES + " bytes"));
        if (challenge.find(IDENTITY).orElse(null) instanceof ValueSet said) {
            Claim server =
                    Claim.parse(said).orElseThrow(() -> Frames.malformed("CHALLENGE: expected a name and a key"));
            Transcript transcript = transcript(serverNonce, server);
            if (!proves(transcript, said)) {
                throw new IpcException(
                        IpcStatus.AUTHENTICATION_FAILED,
                        "the server cannot prove that it is " + server.application()
                                + ": another program may answer at its address",
                        Delivery.NOT_SENT);
            }
            return new Answer(transcript, Proven.application(server.id()));
        }
        return new Answer(transcript(serverNonce, null), Proven.NOTHING);
    }

    private Transcript transcript(byte[] serverNonce, @Nullable Claim server) {
        return new Transcript(nonce, serverNonce, Claim.of(own), server, endpoint.toString());
    }

    private static boolean proves(Transcript transcript, ValueSet said) {
        try {
            return said.find(SIGNATURE).orElse(null) instanceof byte[] signature && transcript.provesServer(signature);
        } catch (IllegalArgumentException noKey) {
            return false;
        }
    }

    /** What a client makes of a challenge. */
    public final class Answer {
        private final Transcript transcript;
        private final Proven server;

        Answer(Transcript transcript, Proven server) {
            this.transcript = transcript;
            this.server = server;
        }

        /** What the server has proved. */
        public Proven server() {
            return server;
        }

        /** What to answer. */
        public ValueSet proof() {
            ValueSet.Builder proof = ValueSet.builder().put(SIGNATURE, transcript.signedByClient(own));
            if (!grants.isEmpty()) {
                proof.put(GRANTS, grants.stream().map(CapabilityGrant::text).toList());
            }
            return proof.build();
        }
    }
}
