package io.valise.ipc.nats;

import static io.valise.ipc.nats.Expect.fails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.nats.broker.BrokerSettings;
import io.valise.ipc.spi.Availability;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The options, without a broker. */
class NatsOptionsTest {
    private static final String SYLLABLE = "\uac00"; // 3 bytes of UTF-8, so 9 characters of a token

    private final NatsOptions.Builder options = NatsOptions.builder("nats://host");

    @Test
    void nothingIsConfigured() {
        assumeTrue(System.getenv("VALISE_NATS_URL") == null, "a broker is configured");
        String url = System.clearProperty(NatsOptions.URL_PROPERTY);
        try {
            Availability here = new NatsTransport().availability();
            assertThat(here.available()).isFalse();
            assertThat(here.detail()).contains("valise.nats.url", "VALISE_NATS_URL", "NatsTransport(options)");
            fails(IpcStatus.UNSUPPORTED, "valise.nats.url", () -> IpcClient.connect("nats:quotes"));
        } finally {
            restore(url);
        }
    }

    /** It may be that of another test in this JVM. */
    private static void restore(@Nullable String url) {
        if (url == null) {
            System.clearProperty(NatsOptions.URL_PROPERTY);
        } else {
            System.setProperty(NatsOptions.URL_PROPERTY, url);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "127.0.0.1:4222",
                "http://host",
                "nats://",
                "nats://host/path",
                "nats://ann:secret@",
                "nats://a b"
            })
    void malformedAddresses(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NatsOptions.builder(url))
                .withMessageContaining("expected nats://host:port or tls://host:port")
                .withMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ann:secret@host:4222",
                "secret@host:4222",
                "nats:ann:secret@host",
                "nats:/ann:secret@host",
                " nats://ann:secret@host host",
                "nats://ann:a/secret@host",
                "nats://ann:a@secret@host",
                "nats://ann:a?secret@host",
                "nats://ann:a#secret@host",
                "nats://ann:%secret@host",
                "nats://ann:secret@host:port",
                "nats://ann:secret@host:0",
                "NATS://ann:secret@host",
                "nats://ann:secret",
                "ann:secret",
                "ws://ann:a/secret@host"
            })
    void noMalformedAddressRepeatsASecret(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NatsOptions.builder("nats://host", url))
                .satisfies(thrown -> assertThat(Traces.of(thrown))
                        .contains("nats://host:port or tls://host:port, actual=")
                        .doesNotContain("secret"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 65_536})
    void portsOutOfRange(int port) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NatsOptions.builder("nats://host:" + port))
                .withMessageContaining("port: limit=1..65535")
                .withMessageContaining("actual=\"nats://host:" + port);
    }

    @Test
    void theUserOfAnAddressIsDecoded() {
        assertThat(NatsOptions.builder("nats://a%3Ab:c@host").build())
                .hasToString("NatsOptions[nats://host:4222, name=a:b]");
    }

    @Test
    void aSettingHasSeveralAddressesAndPasswordsWithCommas() {
        String before = System.setProperty(
                NatsOptions.URL_PROPERTY, " nats://ann:a,secret@one:1 ,tls://two , nats://ann:b,@three:3,");
        try {
            assertThat(new NatsTransport().availability().detail())
                    .isEqualTo("by NATS at nats://one:1, tls://two:4222, nats://three:3");
        } finally {
            restore(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws://host:8080", "wss://ann:secret@host/path", "WS://host"})
    void websocketsAreRefused(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NatsOptions.builder(url))
                .withMessageContaining("websockets are not supported: give its port for clients, nats://host:port")
                .withMessageNotContaining("secret");
        String before = System.setProperty(NatsOptions.URL_PROPERTY, url);
        try {
            assertThat(new NatsTransport().availability().detail()).contains("websockets are not supported");
            fails(IpcStatus.UNSUPPORTED, "websockets are not supported", () -> IpcClient.connect("nats:quotes"));
        } finally {
            restore(before);
        }
    }

    @Test
    void optionsOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.name("n".repeat(65)))
                .withMessageContaining("limit=1..64 characters, actual=65");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.silence(Duration.ofMillis(999)))
                .withMessageContaining("limit=1 s or more");
        assertThatIllegalArgumentException().isThrownBy(NatsOptions::builder);
    }

    @Test
    void namesThatAreTooLongAsTokens() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.name(SYLLABLE.repeat(45)).build())
                .withMessageContaining("limit=1..400 characters")
                .withMessageContaining("actual=405");
        assertThat(options.name(SYLLABLE.repeat(44)).build().settings().userToken())
                .hasSize(396);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 401})
    void usersThatAreEmptyOrTooLong(int length) {
        String user = "u".repeat(length);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.user(user, "secret").build())
                .withMessageContaining("limit=1..400 characters")
                .withMessageContaining("actual=" + length)
                .withMessageNotContaining("secret");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NatsPermissions.of(user))
                .withMessageContaining("actual=" + length);
        assertThat(options.user(user, "secret").name("short").build())
                .hasToString("NatsOptions[nats://host:4222, name=short]");
    }

    private void signsIn(@Nullable String user, @Nullable String secret, @Nullable Path credentials) {
        BrokerSettings settings = options.build().settings();
        assertThat(settings.user()).isEqualTo(user);
        assertThat(settings.secret()).isEqualTo(secret);
        assertThat(settings.credentials()).isEqualTo(credentials);
    }

    @Test
    void theLastWayToSignInCounts() {
        Path file = Path.of("ann.creds");
        options.user("ann", "a").token("t");
        signsIn(null, "t", null);
        options.credentials(file);
        signsIn(null, null, file);
        options.user("bob", "b");
        signsIn("bob", "b", null);
        options.credentials(file).token("t");
        signsIn(null, "t", null);
    }

    @Test
    void optionsAreEqualWhenAllIs() {
        NatsOptions ann = options.user("ann", "a").build();
        assertThat(NatsOptions.builder("nats://host").user("ann", "a").build())
                .isEqualTo(ann)
                .hasSameHashCodeAs(ann);
        assertThat(NatsOptions.builder("nats://other").user("ann", "a").build()).isNotEqualTo(ann);
        assertThat(options.user("ann", "b").build()).isNotEqualTo(ann);
        assertThat(options.user("ann", "a").brokerProvesUsers(true).build()).isNotEqualTo(ann);
    }
}
