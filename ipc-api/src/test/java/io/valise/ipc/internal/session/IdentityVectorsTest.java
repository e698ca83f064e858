package io.valise.ipc.internal.session;

import static io.valise.ipc.identity.TestKeys.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Endpoint;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.OwnConfiguration;
import io.valise.ipc.identity.TestKeys;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.greeting.ClientProof;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.internal.greeting.ServerProof;
import io.valise.ipc.internal.identity.Claim;
import io.valise.ipc.internal.identity.Transcript;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The published vectors of docs/protocol.md, which another program signed, are what both ends say and understand. */
@ExtendWith(OwnConfiguration.class)
class IdentityVectorsTest {
    private static final ValueSet NOTHING_ELSE = ValueSet.empty();

    private final Endpoint address = Endpoint.parse(TestKeys.vectors().getProperty("address"));
    private AppIdentity client;
    private AppIdentity server;

    @BeforeEach
    void open() {
        client = TestKeys.open("client");
        server = TestKeys.open("server");
    }

    @Test
    void idsAreThoseOfTheVectors() {
        assertThat(client.id()).isEqualTo(TestKeys.vectors().getProperty("clientId"));
        assertThat(server.id()).isEqualTo(TestKeys.vectors().getProperty("serverId"));
    }

    @Test
    void transcriptsAreThoseOfTheVectors() {
        byte[] clientNonce = bytes("clientNonce");
        byte[] serverNonce = bytes("serverNonce");
        assertThat(new Transcript(clientNonce, serverNonce, Claim.of(client), Claim.of(server), address.toString())
                        .bytes())
                .isEqualTo(bytes("transcript"));
        assertThat(new Transcript(clientNonce, serverNonce, Claim.of(client), null, address.toString()).bytes())
                .isEqualTo(bytes("anonymousTranscript"));
    }

    @Test
    void bothEndsSignWhatTheVectorsSayAndBelieveEachOther() {
        ClientProof clientProof = new ClientProof(client, List.of(), address, bytes("clientNonce"));
        ValueSet hello = clientProof.hello(NOTHING_ELSE);
        assertThat(hello.getValueSet("identity").getBytes("nonce")).isEqualTo(bytes("clientNonce"));
        ServerProof serverProof = ServerProof.of(hello, Credentials.NONE.with(server), address, bytes("serverNonce"));
        ValueSet challenge = serverProof.challenge();
        assertThat(challenge.getValueSet("identity").getBytes("signature")).isEqualTo(bytes("serverSignature"));
        ClientProof.Answer answer = clientProof.answer(challenge);
        assertThat(answer.proof().getBytes("signature")).isEqualTo(bytes("clientSignature"));
        assertThat(answer.server().applicationId()).contains(server.id());
        assertThat(serverProof.check(answer.proof(), address).applicationId()).contains(client.id());
    }

    @Test
    void aServerWithoutIdentityIsAnsweredToo() {
        ClientProof clientProof = new ClientProof(client, List.of(), address, bytes("clientNonce"));
        ServerProof serverProof =
                ServerProof.of(clientProof.hello(NOTHING_ELSE), Credentials.NONE, address, bytes("serverNonce"));
        ClientProof.Answer answer = clientProof.answer(serverProof.challenge());
        assertThat(answer.proof().getBytes("signature")).isEqualTo(bytes("clientSignatureToAnonymous"));
        assertThat(answer.server().applicationId()).isEmpty();
        assertThat(serverProof.check(answer.proof(), address).applicationId()).contains(client.id());
    }

    @Test
    void framesAreThoseOfTheVectors() {
        CapabilityGrant grant = CapabilityGrant.parse(TestKeys.vectors().getProperty("grant"));
        ClientProof clientProof = new ClientProof(client, List.of(grant), address, bytes("clientNonce"));
        ValueSet hello = clientProof.hello(NOTHING_ELSE);
        ServerProof serverProof = ServerProof.of(hello, Credentials.NONE.with(server), address, bytes("serverNonce"));
        ValueSet proof = clientProof.answer(serverProof.challenge()).proof();
        assertThat(written(OutFrame.hello(1, hello))).isEqualTo(bytes("hello"));
        assertThat(written(OutFrame.message(Frames.CHALLENGE, 1, serverProof.challenge())))
                .isEqualTo(bytes("challenge"));
        assertThat(written(OutFrame.message(Frames.PROOF, 1, proof))).isEqualTo(bytes("proof"));
        assertThat(serverProof.check(proof, address).grants().expiries())
                .containsExactly(Map.entry("quotes.read", grant.expires()));
    }

    private static byte[] written(OutFrame frame) {
        ByteBuffer out = ByteBuffer.allocate((int) frame.bound());
        frame.write(out);
        return Arrays.copyOf(out.array(), out.position());
    }
}
