package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names of services, streams and events: 1 to 255 bytes of UTF-8. */
class NamesTest {
    private static final String ADDRESS = "local:names";

    static Stream<String> names() {
        return Stream.of(
                "a",
                "price.of/anything at all",
                "Ünïcödé",
                "価格",
                "😀",
                "x".repeat(255),
                "é".repeat(127),
                "😀".repeat(63));
    }

    @ParameterizedTest
    @MethodSource("names")
    void crossAsTheyAre(String name) throws InterruptedException {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        try (IpcServer server = IpcServer.builder(ADDRESS)
                        .service(name, request -> ValueSet.of("name", request.service()))
                        .onEvent(name, event -> events.add(event.name()))
                        .start();
                IpcConnection connection = IpcClient.connect(ADDRESS)) {
            assertThat(connection.request(name, ValueSet.empty()).getString("name"))
                    .isEqualTo(name);
            connection.send(name, ValueSet.empty());
            assertThat(events.take()).isEqualTo(name);
            assertThat(server.connections()).hasSize(1);
        }
    }

    static Stream<String> others() {
        return Stream.of("", "x".repeat(256), "é".repeat(128), "価".repeat(86), "x".repeat(100_000));
    }

    @ParameterizedTest
    @MethodSource("others")
    void ofOtherLengthsAreRefusedWithLimitAndLength(String name) {
        IpcServer.Builder builder = IpcServer.builder(ADDRESS);
        try (IpcServer server = IpcServer.builder(ADDRESS).start();
                IpcConnection connection = IpcClient.connect(ADDRESS)) {
            List<ThrowingCallable> uses = List.of(
                    () -> builder.service(name, request -> null),
                    () -> builder.onEvent(name, event -> {}),
                    () -> server.broadcast(name, ValueSet.empty()),
                    () -> connection.request(name, ValueSet.empty()),
                    () -> connection.requestAsync(name, ValueSet.empty()),
                    () -> connection.send(name, ValueSet.empty()),
                    () -> connection.stream(name, ValueSet.empty()),
                    () -> connection.call(name));
            for (ThrowingCallable use : uses) {
                assertThatThrownBy(use)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("limit=1 to 255 bytes")
                        .hasMessageContaining("actual=" + name.getBytes(StandardCharsets.UTF_8).length);
            }
            assertThat(connection.stats().pending()).isZero();
        }
    }
}
