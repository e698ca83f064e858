package io.valise.ipc.nats;

import static io.valise.ipc.nats.Expect.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.nats.client.NKey;
import io.nats.client.support.JsonSerializable;
import io.nats.client.support.JwtUtils;
import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing in by a file with a JWT and its key, at a broker whose users an operator and an account make. */
@NeedsNats
class CredentialsFileTest {
    private static final String OPERATOR = "{\"type\":\"operator\",\"version\":2}";
    private static final String ACCOUNT =
            "{\"limits\":{\"subs\":-1,\"data\":-1,\"payload\":-1,\"imports\":-1,\"exports\":-1,"
                    + "\"wildcards\":true,\"conn\":-1,\"leaf\":-1},\"default_permissions\":{\"pub\":{},\"sub\":{}},"
                    + "\"type\":\"account\",\"version\":2}";

    @TempDir
    private Path folder;

    private NKey account;
    private String configuration;

    @BeforeEach
    void makeOperatorAndAccount() throws Exception {
        NKey operator = NKey.createOperator(null);
        account = NKey.createAccount(null);
        configuration = "operator: " + jwt(operator, operator, OPERATOR) + "\nresolver: MEMORY\nresolver_preload: { "
                + name(account) + ": " + jwt(operator, account, ACCOUNT) + " }";
    }

    private static String name(NKey key) throws Exception {
        return new String(key.getPublicKey());
    }

    private static String jwt(NKey by, NKey whose, String claims) throws Exception {
        JsonSerializable claim = () -> claims;
        return JwtUtils.issueJWT(by, name(whose), "test", null, JwtUtils.currentTimeSeconds(), name(by), claim);
    }

    /** A file for a new user of an account. */
    private Path credentials(NKey of) throws Exception {
        NKey user = NKey.createUser(null);
        String jwt = JwtUtils.issueUserJWT(of, name(of), name(user));
        String text = JwtUtils.NATS_USER_JWT_FORMAT
                .replaceFirst("%s", jwt)
                .replaceFirst("%s", Matcher.quoteReplacement(new String(user.getSeed())));
        return Files.writeString(Files.createTempFile(folder, "user", ".creds"), text);
    }

    private static NatsTransport by(NatsServer broker, Path file) {
        return new NatsTransport(
                NatsOptions.builder(broker.url()).credentials(file).build());
    }

    @Test
    void usersOfTheAccountCallEachOther() throws Exception {
        try (NatsServer broker = NatsServer.with(configuration);
                IpcServer ignored = IpcServer.builder("nats:quotes")
                        .transport(by(broker, credentials(account)))
                        .access(AccessPolicy.anyone())
                        .service("echo", request -> request.message())
                        .start();
                IpcConnection client = IpcClient.builder("nats:quotes")
                        .transport(by(broker, credentials(account)))
                        .connect()) {
            assertThat(client.request("echo", ValueSet.of("a", 1))).isEqualTo(ValueSet.of("a", 1));
        }
    }

    @Test
    void aUserOfAnotherAccountIsRefused() throws Exception {
        Path file = credentials(NKey.createAccount(null));
        try (NatsServer broker = NatsServer.with(configuration)) {
            fails(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "it refuses the credentials of -: check the credentials file " + file + " against",
                    () -> IpcClient.builder("nats:quotes")
                            .transport(by(broker, file))
                            .connect());
        }
    }
}
