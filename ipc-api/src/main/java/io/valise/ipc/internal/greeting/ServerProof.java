package io.valise.ipc.internal.greeting;

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
import io.valise.ipc.spi.runtime.AuditLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server's half of the proof of identities: it challenges a client that says who it is. Immutable. */
public final class ServerProof {
    private final @Nullable AppIdentity own;
    private final Transcript transcript;
    private final ValueSet about;

    private ServerProof(@Nullable AppIdentity own, Transcript transcript, ValueSet about) {
        this.own = own;
        this.transcript = transcript;
        this.about = about;
    }

    /** Whether a HELLO asks to be challenged. */
    public static boolean isWanted(ValueSet hello) {
        return hello.contains(ClientProof.IDENTITY);
    }

    /** Begins with what a client said in HELLO. */
    public static ServerProof of(ValueSet hello, Credentials credentials, Endpoint endpoint, byte[] nonce) {
        if (!(hello.find(ClientProof.IDENTITY).orElse(null) instanceof ValueSet said)) {
            throw Frames.malformed("identity: expected a ValueSet");
        }
        Claim client = Claim.parse(said).orElseThrow(() -> Frames.malformed("identity: expected a name and a key"));
        AppIdentity own = credentials.identity();
        Claim server = own == null ? null : Claim.of(own);
        return new ServerProof(
                own,
                new Transcript(
                        Nonces.in(said).orElseThrow(ServerProof::noNonce), nonce, client, server, endpoint.toString()),
                hello);
    }

    private static IpcException noNonce() {
        return Frames.malformed("identity: expected a nonce of " + Transcript.NONCE_BYTES + " bytes");
    }

    /** What the client said in HELLO. */
    public ValueSet hello() {
        return about;
    }

    /** What to answer: a nonce, and who this is, proved. */
    public ValueSet challenge() {
        ValueSet.Builder challenge = ValueSet.builder().put(Nonces.KEY, transcript.serverNonce());
        Claim server = transcript.server();
        if (own != null && server != null) {
            challenge.put(
                    ClientProof.IDENTITY,
                    server.values().toBuilder()
                            .put(ClientProof.SIGNATURE, transcript.signedByServer(own))
                            .build());
        }
        return challenge.build();
    }

    /**
     * Checks what the client answers.
     *
     * @throws IpcException {@code AUTHENTICATION_FAILED} when it is not who it says
     */
    public Proven check(ValueSet proof, Endpoint endpoint) {
        if (!(proof.find(ClientProof.SIGNATURE).orElse(null) instanceof byte[] signature) || !provesClient(signature)) {
            throw new IpcException(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "the proof of identity is wrong: the client has not the key of "
                            + transcript.client().application());
        }
        String id = transcript.client().id();
        return new Proven(Optional.of(id), accepted(proof, id, endpoint));
    }

    private boolean provesClient(byte[] signature) {
        try {
            return transcript.provesClient(signature);
        } catch (IllegalArgumentException noKey) {
            return false;
        }
    }

    private AcceptedGrants accepted(ValueSet proof, String id, Endpoint endpoint) {
        List<CapabilityGrant> accepted = new ArrayList<>();
        if (proof.find(ClientProof.GRANTS).orElse(null) instanceof List<?> grants) {
            for (Object grant : grants.subList(0, Math.min(grants.size(), Credentials.MOST_GRANTS))) {
                String refusal = accept(String.valueOf(grant), id, accepted);
                if (!refusal.isEmpty()) {
                    AuditLog.refused(endpoint, id, "present a grant", refusal);
                }
            }
        }
        return new AcceptedGrants(own, accepted);
    }

    private String accept(String text, String id, List<CapabilityGrant> accepted) {
        if (own == null) {
            return "this server has no identity, and so no owner who could have granted anything";
        }
        try {
            CapabilityGrant grant = CapabilityGrant.parse(text);
            String refusal = grant.refusal(own.publicKey(), id, Instant.now())
                    .or(() -> AcceptedGrants.revocation(own, grant))
                    .map(why -> grant.capability() + ": " + why)
                    .orElse("");
            if (refusal.isEmpty()) {
                accepted.add(grant);
            }
            return refusal;
        } catch (IpcException malformed) {
            return malformed.reason();
        }
    }
}
