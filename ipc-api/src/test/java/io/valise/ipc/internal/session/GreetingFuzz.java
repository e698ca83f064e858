package io.valise.ipc.internal.session;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.TestKeys;
import io.valise.ipc.internal.greeting.ClientProof;
import io.valise.ipc.internal.greeting.Credentials;
import io.valise.ipc.internal.greeting.Greeting;
import io.valise.ipc.internal.greeting.Proven;
import io.valise.ipc.internal.greeting.ServerProof;
import io.valise.ipc.internal.identity.Transcript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Any ValueSet where HELLO, CHALLENGE or PROOF has one: a peer without the key is never authenticated. The first byte
 * says which of them it is.
 */
class GreetingFuzz {
    private static final Endpoint ADDRESS = Endpoint.parse("scripted:fuzz");

    @FuzzTest
    void greeting(byte @Nullable [] input) {
        read(input == null ? new byte[0] : input);
    }

    /** Plays one input. */
    static void read(byte[] input) {
        if (input.length == 0) {
            return;
        }
        try {
            ValueSet said = ValueSet.fromCbor(Arrays.copyOfRange(input, 1, input.length));
            switch (input[0] % 3) {
                case 0 -> hello(said);
                case 1 -> Ends.client().answer(said);
                default -> proof(said);
            }
        } catch (IpcException refused) {
            requireMessage(refused);
        }
    }

    private static void hello(ValueSet said) {
        Greeting.parse(said);
        if (ServerProof.isWanted(said)) {
            ServerProof.of(said, Ends.CREDENTIALS, ADDRESS, Ends.NONCE).challenge();
        }
    }

    private static void proof(ValueSet said) {
        ServerProof asked =
                ServerProof.of(Ends.client().hello(ValueSet.empty()), Ends.CREDENTIALS, ADDRESS, Ends.NONCE);
        Proven proven = asked.check(said, ADDRESS);
        throw new AssertionError("believed without the key: " + proven);
    }

    private static void requireMessage(IpcException refused) {
        if (refused.getMessage() == null || refused.getMessage().isBlank()) {
            throw new AssertionError("refused without a word", refused);
        }
    }

    /** Two identities, made once. */
    private static final class Ends {
        static final byte[] NONCE = new byte[Transcript.NONCE_BYTES];
        static final AppIdentity CLIENT;
        static final Credentials CREDENTIALS;

        static {
            try {
                System.setProperty(
                        "valise.config", Files.createTempDirectory("fuzz").toString());
                CLIENT = TestKeys.open("client");
                CREDENTIALS = Credentials.NONE.with(TestKeys.open("server"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static ClientProof client() {
            return new ClientProof(CLIENT, List.of(), ADDRESS, NONCE);
        }
    }
}
