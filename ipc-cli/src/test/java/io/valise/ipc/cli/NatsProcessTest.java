package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command over {@code nats:}, as processes that a broker connects. */
@ExtendWith(HangWatchdog.class)
class NatsProcessTest {
    private static Broker broker;

    @BeforeAll
    static void startBroker() throws IOException {
        broker = Broker.start();
        assertThat(TestHome.configuration()).isAbsolute(); // the keys of the tests are not the user's
        assertThat(CommandRun.of("identity", "make", "natsy/quotes").status()).isZero();
        assertThat(CommandRun.of("identity", "make", "other/reader").status()).isZero();
    }

    @AfterAll
    static void stopBroker() {
        if (broker != null) {
            broker.close();
        }
    }

    private static CommandRun run(String command) throws IOException, InterruptedException {
        Map<String, String> variables = broker.variables();
        try (ForkedIpc ipc = ForkedIpc.start(variables, command.split(" "))) {
            ipc.process().getOutputStream().close();
            return ipc.end();
        }
    }

    private static ForkedIpc serve(String words) throws IOException {
        return ForkedIpc.start(broker.variables(), ("serve --until-eof " + words).split(" "));
    }

    @Test
    void aVerboseServerForAnyoneAnswersAndNamesTheMachines() throws Exception {
        try (ForkedIpc server = serve("nats:all --anyone --verbose")) {
            assertThat(server.nextLine()).isEqualTo("serving nats:all");
            assertThat(run("call nats:all echo {\"n\":1} --json")).isEqualTo(new CommandRun(0, "{\"n\":1}", ""));
            assertThat(run("ping nats:all -c 3").status()).isZero();
            server.awaitError("called valise.ping by ");
            server.process().getOutputStream().close();
            assertThat(server.end().err())
                    .contains("connected nats:all ipc call", "called echo by ipc call", " user ? host ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " --verbose"})
    void aServerWithAnIdentityAnswersItsPublisher(String verbose) throws Exception {
        try (ForkedIpc server = serve("nats:own --identity natsy/quotes" + verbose)) {
            assertThat(server.nextLine()).isEqualTo("serving nats:own");
            assertThat(run("call nats:own echo --identity natsy/quotes").status())
                    .isZero();
            for (String other : new String[] {"", " --identity other/reader"}) {
                CommandRun refused = run("call nats:own echo" + other);
                assertThat(refused.status()).isEqualTo(1);
                assertThat(refused.err()).startsWith("ipc: ACCESS_DENIED: ");
            }
        }
    }

    @Test
    void aRequiredCapabilityLimitsThePublisher() throws Exception {
        try (ForkedIpc server = serve("nats:granted --identity natsy/quotes --require quotes.read")) {
            assertThat(server.nextLine()).isEqualTo("serving nats:granted");
            assertThat(run("call nats:granted echo --identity natsy/quotes").err())
                    .startsWith("ipc: ACCESS_DENIED: ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nats:none", "nats:none --verbose", "pipe:none nats:none --verbose"})
    void noServerStartsWithoutWhoMayCall(String words) throws Exception {
        CommandRun run = run("serve --until-eof " + words);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("nats:none: ", "--anyone or --identity says so");
    }

    @Test
    void aTrustStoreThatCannotBeReadIsNamed(@TempDir Path folder) throws Exception {
        Path store = Files.writeString(folder.resolve("trust.p12"), "none");
        Map<String, String> variables = Map.of(
                "VALISE_NATS_URL", "tls://127.0.0.1:4222", "JDK_JAVA_OPTIONS", "-Djavax.net.ssl.trustStore=" + store);
        try (ForkedIpc ipc = ForkedIpc.start(variables, "call", "nats:none", "echo")) {
            CommandRun run = ipc.end();
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err())
                    .contains("ipc: UNSUPPORTED: NATS broker at tls://127.0.0.1:4222: this JVM cannot use TLS (")
                    .contains("): check javax.net.ssl.trustStore, keyStore and their passwords");
        }
    }

    @Test
    void thePropertyCountsBeforeTheVariable() throws Exception {
        Map<String, String> variables = Map.of(
                "VALISE_NATS_URL",
                "nats:malformed",
                "JDK_JAVA_OPTIONS",
                "-Dvalise.nats.url=" + broker.variables().get("VALISE_NATS_URL"));
        try (ForkedIpc ipc = ForkedIpc.start(variables, "call", "nats:none", "echo")) {
            assertThat(ipc.end().err()).contains("ipc: ENDPOINT_NOT_FOUND: nats:none: no server has the name");
        }
    }
}
