package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.OwnConfiguration;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.greeting.ClientProof;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.internal.greeting.ServerProof;
import io.valise.ipc.internal.identity.Nonces;
import io.valise.ipc.testlog.Logs;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ends that claim to be an application they are not. */
@ExtendWith(OwnConfiguration.class)
class IdentityAttacksTest {
    private static final Endpoint ADDRESS = Endpoint.parse("scripted:quotes");

    private final ScriptedTransport transport = new ScriptedTransport();
    private final AtomicInteger connected = new AtomicInteger();
    private AppIdentity quotes;
    private AppIdentity reader;
    private AppIdentity thief;

    @BeforeEach
    void open() {
        quotes = AppIdentity.open("owner", "quotes");
        reader = AppIdentity.open("acme", "reader");
        thief = AppIdentity.open("thief", "reader");
    }

    private IpcServer serve() {
        return IpcServer.builder(ADDRESS.toString())
                .transport(transport)
                .identity(quotes)
                .onConnect(connection -> connected.incrementAndGet())
                .start();
    }

    private static ClientProof proof(AppIdentity identity, Endpoint address) {
        return new ClientProof(identity, List.of(), address, Nonces.fresh());
    }

    private static RawFrame hello(ValueSet about) {
        return RawFrame.of(1, 0, 1, RawFrame.u32(0x564c5345), RawFrame.u16(1), RawFrame.u16(1), about.toCbor());
    }

    private static RawFrame proof(ValueSet proof) {
        return RawFrame.of(15, 0, 1, proof.toCbor());
    }

    private static ValueSet challenged(ScriptedPeer peer, ClientProof client) throws InterruptedException {
        peer.send(hello(client.hello(ValueSet.empty())));
        RawFrame challenge = peer.next();
        assertThat(challenge.kind()).isEqualTo(14);
        return challenge.message();
    }

    private void assertNotBelieved(ScriptedPeer peer) throws InterruptedException {
        RawFrame error = peer.next();
        assertThat(error.kind()).isEqualTo(Frames.ERROR);
        assertThat(error.ipcStatus()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
        assertThat(error.text()).isEqualTo("the proof of identity was not accepted");
        assertThat(peer.goaway().ipcStatus()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
        assertThat(connected).hasValue(0);
    }

    private static void assertThrownOut(ScriptedPeer peer) throws InterruptedException {
        RawFrame goaway = peer.goaway();
        assertThat(goaway).isNotNull();
        assertThat(goaway.ipcStatus()).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    // ---- clients

    @Test
    void honestClientIsWelcome() throws InterruptedException {
        try (IpcServer server = serve()) {
            ScriptedPeer peer = transport.dial();
            ClientProof client = proof(reader, ADDRESS);
            peer.send(proof(client.answer(challenged(peer, client)).proof()));
            assertThat(peer.next().kind()).isEqualTo(Frames.WELCOME);
            assertThat(server.connections())
                    .singleElement()
                    .satisfies(c -> assertThat(c.peer().applicationId()).contains(reader.id()));
        }
    }

    @Test
    @Logs("the proof of identity is wrong")
    void replayedProofIsWorthless() throws InterruptedException {
        try (IpcServer server = serve()) {
            ScriptedPeer honest = transport.dial();
            ClientProof client = proof(reader, ADDRESS);
            RawFrame recorded = proof(client.answer(challenged(honest, client)).proof());
            ScriptedPeer replay = transport.dial();
            challenged(replay, client);
            replay.send(recorded);
            assertNotBelieved(replay);
            assertThat(server.connections()).isEmpty();
        }
    }

    @Test
    @Logs("the proof of identity is wrong")
    void reflectedSignatureOfTheServerIsWorthless() throws InterruptedException {
        try (IpcServer server = serve()) {
            ScriptedPeer peer = transport.dial();
            ValueSet challenge = challenged(peer, proof(quotes, ADDRESS)); // claims to be the server itself
            peer.send(proof(
                    ValueSet.of("signature", challenge.getValueSet("identity").getBytes("signature"))));
            assertNotBelieved(peer);
            assertThat(server.connections()).isEmpty();
        }
    }

    @Test
    @Logs("the proof of identity is wrong")
    void proofForAnotherAddressIsWorthless() throws InterruptedException {
        try (IpcServer server = serve()) {
            ScriptedPeer relay = transport.dial();
            ClientProof victim = proof(reader, Endpoint.parse("pipe:quotes"));
            relay.send(hello(victim.hello(ValueSet.empty())));
            ValueSet challenge =
                    relay.next().message().toBuilder().remove("identity").build();
            relay.send(proof(victim.answer(challenge).proof()));
            assertNotBelieved(relay);
            assertThat(server.connections()).isEmpty();
        }
    }

    @Test
    void relayedClientDetectsTheRelay() throws InterruptedException {
        try (IpcServer server = serve()) {
            ScriptedPeer relay = transport.dial();
            ClientProof victim = proof(reader, Endpoint.parse("pipe:quotes"));
            ValueSet challenge = challenged(relay, victim);
            IpcException found = catchThrowableOfType(IpcException.class, () -> victim.answer(challenge));
            assertThat(found.status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
            assertThat(server.connections()).isEmpty();
        }
    }

    @Test
    void otherKeyUnderTheSameNameIsAnotherApplication() throws InterruptedException {
        try (IpcServer server = serve()) {
            ScriptedPeer peer = transport.dial();
            ClientProof client = proof(thief, ADDRESS);
            peer.send(proof(client.answer(challenged(peer, client)).proof()));
            assertThat(peer.next().kind()).isEqualTo(Frames.WELCOME);
            assertThat(server.connections())
                    .singleElement()
                    .satisfies(c -> assertThat(c.peer().applicationId())
                            .contains(thief.id())
                            .isNotEqualTo(Optional.of(reader.id())));
        }
    }

    @Test
    @Logs("the proof of identity is wrong")
    void claimWithAnothersKeyFails() throws InterruptedException {
        try (IpcServer server = serve()) {
            ScriptedPeer peer = transport.dial();
            ClientProof pretended = proof(reader, ADDRESS);
            ValueSet challenge = challenged(peer, pretended);
            peer.send(proof(ValueSet.of("signature", thief.sign(challenge.toCbor()))));
            assertNotBelieved(peer);
            assertThat(server.connections()).isEmpty();
        }
    }

    @Test
    @Logs("the proof of identity is wrong")
    void malformedGreetingsEndTheConnection() throws InterruptedException {
        try (IpcServer server = serve()) {
            ValueSet good = proof(reader, ADDRESS).hello(ValueSet.empty()).getValueSet("identity");
            for (ValueSet bad : List.of(
                    ValueSet.of("identity", 7),
                    ValueSet.of(
                            "identity",
                            good.toBuilder().put("key", new byte[31]).build()),
                    ValueSet.of(
                            "identity",
                            good.toBuilder().put("application", "a/b").build()),
                    ValueSet.of("identity", good.toBuilder().remove("nonce").build()))) {
                assertThrownOut(transport.dial().send(hello(bad)));
            }
            for (ValueSet bad : List.of(
                    ValueSet.empty(), ValueSet.of("signature", "text"), ValueSet.of("signature", new byte[64]))) {
                ScriptedPeer peer = transport.dial();
                challenged(peer, proof(reader, ADDRESS));
                peer.send(proof(bad));
                assertNotBelieved(peer);
            }
            assertThat(server.connections()).isEmpty();
        }
    }

    @Test
    @Logs("the proof of identity is wrong")
    void aKeyThatIsNoPointProvesNothing() throws InterruptedException {
        try (IpcServer server = serve()) {
            byte[] noPoint = new byte[32];
            noPoint[0] = 2; // y = 2 is on no point of the curve
            ValueSet identity = proof(reader, ADDRESS).hello(ValueSet.empty()).getValueSet("identity").toBuilder()
                    .put("key", noPoint)
                    .build();
            ScriptedPeer peer = transport.dial().send(hello(ValueSet.of("identity", identity)));
            assertThat(peer.next().kind()).isEqualTo(14);
            peer.send(proof(ValueSet.of("signature", new byte[64])));
            assertNotBelieved(peer);
            assertThat(server.connections()).isEmpty();
        }
    }

    @Test
    void nothingElseMayComeBeforeTheProof() throws InterruptedException {
        try (IpcServer server = serve()) {
            for (RawFrame early : List.of(
                    RawFrame.request(2, "valise.ping", ValueSet.empty()),
                    RawFrame.hello(1, 1),
                    RawFrame.streamEnd(1))) {
                ScriptedPeer peer = transport.dial();
                challenged(peer, proof(reader, ADDRESS));
                assertThrownOut(peer.send(early));
            }
            assertThrownOut(transport.dial().send(proof(ValueSet.empty())));
            assertThat(server.connections()).isEmpty();
            assertThrownOut(transport.dial().greet().send(proof(ValueSet.empty())));
        }
    }

    // ---- servers

    private CompletableFuture<IpcConnection> connect(boolean withIdentity) {
        IpcClient.Builder builder = IpcClient.builder(ADDRESS.toString()).transport(transport);
        return (withIdentity ? builder.identity(reader) : builder).connectAsync();
    }

    private static IpcStatus failure(CompletableFuture<IpcConnection> connecting) {
        CompletionException failed = catchThrowableOfType(CompletionException.class, connecting::join);
        return ((IpcException) failed.getCause()).status();
    }

    @Test
    void oldServerIsConnectedToWithoutProof() throws InterruptedException {
        CompletableFuture<IpcConnection> connecting = connect(true);
        transport.nextClient().welcome();
        try (IpcConnection connection = connecting.join()) {
            assertThat(connection.peer().applicationId()).isEmpty();
        }
    }

    @Test
    void allFramesOfOneGreetingHaveTheIdOfTheHello() throws InterruptedException {
        CompletableFuture<IpcConnection> connecting = connect(true);
        ScriptedPeer server = transport.nextClient();
        RawFrame hello = server.next();
        server.send(RawFrame.of(14, 0, hello.id(), honest(hello).challenge().toCbor()));
        RawFrame proof = server.next();
        assertThat(proof.kind()).isEqualTo(Frames.PROOF);
        assertThat(proof.id()).isEqualTo(hello.id()).isEqualTo(1);
        server.send(RawFrame.welcome(hello.id()));
        try (IpcConnection connection = connecting.join()) {
            assertThat(connection.peer().applicationId()).contains(quotes.id());
        }
    }

    private ServerProof honest(RawFrame hello) {
        ValueSet about = ValueSet.fromCbor(Arrays.copyOfRange(hello.body(), 8, hello.body().length));
        return ServerProof.of(about, Credentials.NONE.with(quotes), ADDRESS, Nonces.fresh());
    }

    /** Plays a server that answers a client's HELLO with the challenge of an honest one, changed. */
    private IpcStatus challengedWith(UnaryOperator<ValueSet> change) throws InterruptedException {
        CompletableFuture<IpcConnection> connecting = connect(true);
        ScriptedPeer server = transport.nextClient();
        RawFrame hello = server.next();
        server.send(RawFrame.of(
                14, 0, hello.id(), change.apply(honest(hello).challenge()).toCbor()));
        return failure(connecting);
    }

    @Test
    void serverThatCannotProveItselfIsLeft() throws InterruptedException {
        assertThat(challengedWith(challenge -> {
                    ValueSet.Builder claim = challenge.getValueSet("identity").toBuilder();
                    byte[] signature = challenge.getValueSet("identity").getBytes("signature");
                    signature[0] ^= 1;
                    return challenge.toBuilder()
                            .put("identity", claim.put("signature", signature).build())
                            .build();
                }))
                .isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
        assertThat(challengedWith(challenge ->
                        challenge.toBuilder().put("nonce", Nonces.fresh()).build()))
                .isEqualTo(IpcStatus.AUTHENTICATION_FAILED);
        assertThat(challengedWith(challenge -> ValueSet.empty())).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        assertThat(challengedWith(challenge ->
                        challenge.toBuilder().put("identity", ValueSet.empty()).build()))
                .isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    @Test
    void clientWithoutAnIdentityIsNotChallenged() throws InterruptedException {
        CompletableFuture<IpcConnection> connecting = connect(false);
        ScriptedPeer server = transport.nextClient();
        RawFrame hello = server.next();
        server.send(RawFrame.of(
                14, 0, hello.id(), ValueSet.of("nonce", new byte[32]).toCbor()));
        assertThat(failure(connecting)).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }

    @Test
    void secondChallengeEndsTheConnection() throws InterruptedException {
        CompletableFuture<IpcConnection> connecting = connect(true);
        ScriptedPeer server = transport.nextClient();
        RawFrame challenge = RawFrame.of(
                14, 0, server.next().id(), ValueSet.of("nonce", new byte[32]).toCbor());
        server.send(challenge);
        assertThat(server.next().kind()).isEqualTo(15);
        server.send(challenge);
        assertThat(failure(connecting)).isEqualTo(IpcStatus.PROTOCOL_ERROR);
    }
}
