package io.valise.ipc.pipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.OwnHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisabledOnOs(OS.WINDOWS)
class PipeTransportTest {
    private static final long SECONDS_5 = TimeUnit.SECONDS.toNanos(5);

    private final PipeTransport transport = new PipeTransport();
    private final Endpoint quotes = Endpoint.parse("pipe:quotes");
    private final String osBefore = System.getProperty("os.name");

    @RegisterExtension
    final OwnHome own = new OwnHome();

    @AfterEach
    void restore() {
        System.setProperty("os.name", osBefore);
    }

    @Test
    void isFoundByItsService() {
        assertThat(ServiceLoader.load(Transport.class).stream().map(ServiceLoader.Provider::type))
                .contains(PipeTransport.class);
        assertThat(transport.scheme()).isEqualTo("pipe");
        assertThat(transport.order()).isEqualTo(20);
    }

    @Test
    void saysWhereItWorks() {
        assertThat(transport.availability().available()).isTrue();
        assertThat(transport.availability().detail())
                .contains(own.runtime().resolve("pipe").toString());
    }

    @Test
    void saysWhyItDoesNotWork() throws Exception {
        Path home = Files.createDirectory(own.runtime());
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        Availability availability = transport.availability();
        assertThat(availability.available()).isFalse();
        assertThat(availability.detail()).contains("mode=0777").contains("chmod 700");
        assertThat(availability.cause()).isPresent();
    }

    @Test
    void whereJnaDoesNotWorkItSaysSo() {
        System.setProperty("os.name", "Windows 11");
        assertThat(transport.availability().available()).isFalse();
        assertThat(transport.availability().detail()).contains("named pipes need");
        assertThat(transport.endpoints()).isEmpty();
        assertStatus(() -> transport.listen(quotes, Link::close), IpcStatus.UNSUPPORTED, "use loopback:");
        assertStatus(() -> transport.connect(quotes, 1), IpcStatus.UNSUPPORTED, "use loopback:");
    }

    @Test
    void listsWhatIsServedAndFreesTheNameOnClose() {
        assertThat(transport.endpoints()).isEmpty();
        try (Transport.Listener listener = transport.listen(quotes, Link::close)) {
            assertThat(listener.endpoint()).isEqualTo(quotes);
            assertThat(transport.endpoints()).containsExactly(quotes);
            assertStatus(() -> transport.listen(quotes, Link::close), IpcStatus.ADDRESS_IN_USE, "quotes");
            listener.close();
            assertThat(transport.endpoints()).isEmpty();
            assertStatus(() -> transport.connect(quotes, SECONDS_5), IpcStatus.ENDPOINT_NOT_FOUND, "quotes");
        }
        transport.listen(quotes, Link::close).close();
    }

    @Test
    void acceptedLinksOutliveTheListener() throws Exception {
        var accepted = new java.util.concurrent.LinkedBlockingQueue<Link>();
        Transport.Listener listener = transport.listen(quotes, accepted::add);
        try (Link client = transport.connect(quotes, SECONDS_5);
                Link server = accepted.poll(10, TimeUnit.SECONDS)) {
            listener.close();
            client.claim(1).put((byte) 3);
            client.commit(1);
            assertThat(client.flush()).isTrue();
            server.await(SECONDS_5);
            assertThat(server.poll(frame -> frame.get() == 3, 1)).isOne();
        }
    }

    @Test
    void theLongestNameIsServed() {
        Endpoint longest = new Endpoint("pipe", "n".repeat(64));
        try (Transport.Listener listener = transport.listen(longest, Link::close)) {
            assertThat(listener.endpoint()).isEqualTo(longest);
            assertThat(transport.endpoints()).containsExactly(longest);
        }
    }

    @Test
    void anAddressOfAnotherSchemeIsAMistakeOfTheCaller() {
        assertThatThrownBy(() -> transport.connect(Endpoint.parse("shm:quotes"), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shm:quotes");
    }

    private static void assertStatus(ThrowingCallable call, IpcStatus status, String words) {
        assertThatThrownBy(call).hasMessageContaining(words).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(status);
            assertThat(e.delivery()).isIn(Delivery.NOT_SENT, Delivery.UNKNOWN);
        });
    }
}
