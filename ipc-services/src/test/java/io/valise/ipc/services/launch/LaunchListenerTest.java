package io.valise.ipc.services.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only the first peer with the secret is accepted. */
class LaunchListenerTest {
    private static LaunchListener open() {
        return LaunchListener.open("local", 1 << 20, Optional.empty(), child -> {
            child.service("children", request -> ValueSet.of("in", true));
            return ValueSet.of("welcome", true);
        });
    }

    @Test
    void onlyTheFirstPeerWithTheSecretIsAccepted() {
        try (LaunchListener listener = open();
                IpcConnection intruder = IpcClient.connect(listener.ticket().endpoint());
                IpcConnection child = IpcClient.connect(listener.ticket().endpoint());
                IpcConnection late = IpcClient.connect(listener.ticket().endpoint())) {
            assertRefused(() -> intruder.request(LaunchListener.HELLO, ValueSet.of("secret", "guessed")));
            assertRefused(() -> intruder.request(LaunchListener.HELLO, ValueSet.empty()));
            assertNotOffered(child);
            assertThat(listener.connection()).isNotDone();

            assertThat(HelperProcess.enter(child, listener.ticket())).isEqualTo(ValueSet.of("welcome", true));

            assertThat(listener.connection()).isCompleted();
            assertThat(child.request("children", ValueSet.empty()).getBoolean("in"))
                    .isTrue();
            assertRefused(() -> HelperProcess.enter(late, listener.ticket()));
            assertNotOffered(intruder);
            assertNotOffered(late);
        }
    }

    private static void assertNotOffered(IpcConnection other) {
        assertThatThrownBy(() -> other.request("children", ValueSet.empty()))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.SERVICE_NOT_FOUND));
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.AUTHENTICATION_FAILED));
    }

    @Test
    void twoDoorsShareNothingThatCouldBeGuessed() {
        try (LaunchListener one = open();
                LaunchListener other = open()) {
            assertThat(one.ticket().secret())
                    .hasSize(64)
                    .isNotEqualTo(other.ticket().secret());
            assertThat(one.ticket().endpoint()).isNotEqualTo(other.ticket().endpoint());
            assertThat(one.ticket()).asString().doesNotContain(one.ticket().secret());
        }
    }

    @Test
    void aTicketIsReadAndNoByteMore() throws Exception {
        LaunchTicket ticket = new LaunchTicket("pipe:launch-1", "secret", 5000);
        String input = new String(ticket.line(), StandardCharsets.UTF_8) + "the program's own";
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));

        assertThat(LaunchTicket.read(in)).isEqualTo(ticket);
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("the program's own");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "hello\n", "{}\n", "{\"endpoint\": \"pipe:x\"}\n", "[1]\n"})
    void whatIsNoTicketIsRefused(String input) {
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> LaunchTicket.read(in)).hasMessageContaining("was this program started by a launcher?");
    }
}
