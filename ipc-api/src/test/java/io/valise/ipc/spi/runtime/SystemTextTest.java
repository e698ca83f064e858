package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
class SystemTextTest {
    private static final String ENCODING = "sun.jnu.encoding";
    private static final String DAMAGED = "h\ufffd\ufffdm";

    private final String before = System.getProperty(ENCODING);

    @AfterEach
    void restore() {
        System.setProperty(ENCODING, before);
    }

    @Test
    void whatTheJvmReplacedIsRefusedWithItsOriginAndAdvice() {
        assertThat(SystemText.damage("plain \u00e9")).isEmpty();
        assertThat(SystemText.received("X", "plain")).isEqualTo("plain");
        assertThat(SystemText.path("X", "/tmp/a")).isEqualTo(Path.of("/tmp/a"));
        for (ThrowingCallable use : List.<ThrowingCallable>of(
                () -> SystemText.received("VALISE_HOME", DAMAGED),
                () -> SystemText.path("VALISE_HOME", DAMAGED),
                () -> ConfigurationDirectory.place(
                        Map.of("valise.config", DAMAGED)::get, Map.<String, String>of()::get),
                () -> RuntimePlace.inOrder(Map.<String, String>of()::get, Map.of("VALISE_HOME", DAMAGED)::get))) {
            assertRefused(use, "=\"" + DAMAGED + "\": it has bytes that are no text in " + before);
        }
        assertRefused(() -> SystemText.path("X", "a\0b"), "X=\"a\0b\": no path in " + before);
    }

    @Test
    void whatTheEncodingCannotSayIsNotSent() {
        System.setProperty(ENCODING, "US-ASCII");
        assertThat(SystemText.sent("argument", "plain")).isEqualTo("plain");
        assertRefused(() -> SystemText.sent("argument", "\u00e9"), "argument=\"\u00e9\": US-ASCII, the encoding");
        assertRefused(
                () -> SystemText.sent(new ProcessBuilder("sh", "-c", "\u00e9")),
                "argument 2 of sh=\"\u00e9\": US-ASCII");
        ProcessBuilder told = new ProcessBuilder("sh");
        told.environment().put("NAME", "\u00e9");
        assertRefused(() -> SystemText.sent(told), "variable NAME of sh=\"\u00e9\": US-ASCII");
        System.setProperty(ENCODING, "UTF-8");
        assertThat(SystemText.sent(told)).isSameAs(told);
    }

    @Test
    void aRuntimeDirectoryOfTheSessionThatCannotBeReadIsAnUnusableOne() {
        List<RuntimePlace> places =
                RuntimePlace.inOrder(Map.of("os.name", "Linux")::get, Map.of("XDG_RUNTIME_DIR", DAMAGED)::get);
        assertThat(places).hasSize(2);
        assertRefused(() -> places.get(0).secured(), "XDG_RUNTIME_DIR=\"" + DAMAGED);
        assertThat(places.get(1).path()).isEqualTo(Path.of("/tmp/valise-" + ProcessUser.uid()));
    }

    private static void assertRefused(ThrowingCallable use, String message) {
        assertThatThrownBy(use)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                .hasMessageContaining(message)
                .hasMessageContaining("LC_ALL=C.UTF-8");
    }
}
