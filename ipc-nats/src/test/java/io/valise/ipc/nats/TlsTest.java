package io.valise.ipc.nats;

import static io.valise.ipc.nats.Expect.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Encryption between processes and their broker: whose certificates are taken, and what the others are told. */
@NeedsNats
class TlsTest {
    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static Path good;

    @BeforeAll
    static void certify() throws Exception {
        certificates = Certificates.in(folder);
        good = certificates.certified("good", "localhost", 1, 30);
    }

    private static NatsTransport transport(NatsServer broker, String scheme, @Nullable SSLContext tls) {
        NatsOptions.Builder options = NatsOptions.builder(scheme + "://localhost:" + broker.port());
        return new NatsTransport((tls == null ? options : options.tls(tls)).build());
    }

    private static void echoes(NatsTransport transport) {
        try (IpcServer ignored = IpcServer.builder("nats:quotes")
                        .transport(transport)
                        .access(AccessPolicy.anyone())
                        .service("echo", request -> request.message())
                        .start();
                IpcConnection client =
                        IpcClient.builder("nats:quotes").transport(transport).connect()) {
            ValueSet message = ValueSet.of("data", new byte[100_000]);
            assertThat(client.request("echo", message)).isEqualTo(message);
        }
    }

    private static void refused(NatsTransport transport, String remedy) {
        fails(
                IpcStatus.AUTHENTICATION_FAILED,
                remedy,
                () -> IpcClient.builder("nats:quotes")
                        .transport(transport)
                        .connectTimeout(Duration.ofSeconds(30))
                        .connect());
    }

    @Test
    void trustedBrokerServesAndOthersAreRefused() throws Exception {
        try (NatsServer broker = NatsServer.with(certificates.broker(good))) {
            echoes(transport(broker, "tls", certificates.context(null)));
            refused(transport(broker, "tls", null), "the broker's certificate is not trusted");
            refused(transport(broker, "nats", null), "tls://");
        }
    }

    @Test
    void expiredCertificateIsRefused() throws Exception {
        Path expired = certificates.certified("expired", "localhost", 10, 5);
        try (NatsServer broker = NatsServer.with(certificates.broker(expired))) {
            refused(transport(broker, "tls", certificates.context(null)), "has expired: renew it");
        }
    }

    @Test
    void certificateOfAnotherHostIsRefused() throws Exception {
        Path other = certificates.certified("other", "other.example.com", 1, 30);
        try (NatsServer broker = NatsServer.with(certificates.broker(other))) {
            refused(transport(broker, "tls", certificates.context(null)), "is for another host");
        }
    }

    @Test
    void brokerThatWantsACertificateGetsOne() throws Exception {
        try (NatsServer broker = NatsServer.with(certificates.broker(good, "  verify: true"))) {
            echoes(transport(broker, "tls", certificates.context(good)));
            refused(transport(broker, "tls", certificates.context(null)), "wants a certificate of this process");
        }
    }

    @Test
    void brokerThatHangsOrEndsAfterTheHandshakeDoesNotRefuse() throws Exception {
        SSLContext context = certificates.context(good);
        for (boolean ends : new boolean[] {false, true}) {
            SilentBroker.Then then = client -> {
                SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(client, null, true);
                secure.setUseClientMode(false);
                secure.startHandshake();
                if (ends) {
                    client.close(); // as a broker that is killed
                }
            };
            try (SilentBroker broker = SilentBroker.saying(SilentBroker.WANTS_TLS, then)) {
                NatsOptions options = NatsOptions.builder("tls://localhost:" + broker.port())
                        .tls(certificates.context(null))
                        .build();
                fails(
                        IpcStatus.TIMEOUT,
                        "no answer in time",
                        () -> IpcClient.builder("nats:quotes")
                                .transport(new NatsTransport(options))
                                .connectTimeout(Duration.ofMillis(1500))
                                .connect());
            }
        }
    }

    @Test
    void brokerWithoutTlsIsNotTakenForOneWithIt() throws Exception {
        try (NatsServer broker = NatsServer.open()) {
            refused(transport(broker, "tls", certificates.context(null)), "tls:// is for brokers with TLS");
        }
    }
}
