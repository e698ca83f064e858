package io.valise.ipc.services.hosting;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.services.manifest.Manifests;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a manifest may contain, and how errors in it are reported. */
class ServiceManifestTest {
    @AfterEach
    void tidyUp() {
        Manifests.clear(ServiceManifest.FOLDER);
    }

    @Test
    void allOfItIsRead() {
        write("""
                {"name": "quotes", "command": ["/usr/bin/java", "-jar", "a b.jar"],
                 "endpoints": ["shm:quotes", "pipe:quotes"], "services": ["price"],
                 "instances": "per-connection", "idleSeconds": 1.5}""");
        ServiceManifest manifest = ServiceManifest.find("quotes").orElseThrow();
        assertThat(manifest.command()).containsExactly("/usr/bin/java", "-jar", "a b.jar");
        assertThat(manifest.endpoints()).hasToString("[shm:quotes, pipe:quotes]");
        assertThat(manifest.services()).containsExactly("price");
        assertThat(manifest.mode()).isEqualTo(InstanceMode.PER_CONNECTION);
        assertThat(manifest.idle()).isEqualTo(Duration.ofMillis(1500));
        assertThat(manifest.serves(Endpoint.parse("any:quotes"))).isTrue();
        assertThat(manifest.serves(Endpoint.parse("loopback:quotes"))).isFalse();
    }

    @Test
    void nameAndCommandAreEnough() {
        write("{\"name\": \"quotes\", \"command\": [\"quotes\"], \"endpoints\": []}");
        ServiceManifest manifest = ServiceManifest.find("quotes").orElseThrow();
        assertThat(manifest.endpoints()).hasToString("[any:quotes]");
        assertThat(manifest.mode()).isEqualTo(InstanceMode.SHARED);
        assertThat(manifest.idle()).isEqualTo(Duration.ofSeconds(30));
        assertThat(manifest.serves(Endpoint.parse("pipe:quotes"))).isTrue();
        assertThat(manifest.serves(Endpoint.parse("local:quotes"))).isFalse();
        assertThat(manifest.serves(Endpoint.parse("system:quotes"))).isFalse();
        assertThat(manifest.serves(Endpoint.parse("system-pipe:quotes"))).isFalse();
    }

    @Test
    void aServiceForOtherUsersIsNotOneForThisUser() {
        write("{\"name\": \"quotes\", \"command\": [\"quotes\"], \"endpoints\": [\"system:quotes\"]}");
        ServiceManifest manifest = ServiceManifest.find("quotes").orElseThrow();
        assertThat(manifest.serves(Endpoint.parse("system:quotes"))).isTrue();
        assertThat(manifest.serves(Endpoint.parse("system-shm:quotes"))).isTrue();
        assertThat(manifest.serves(Endpoint.parse("any:quotes"))).isFalse();
        assertThat(manifest.serves(Endpoint.parse("pipe:quotes"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\": \"quotes\"}|\"command\": expected a list of the program and its arguments",
                "{\"command\": [\"x\"]}|\"name\" is missing",
                "{\"name\": \"quote\", \"command\": [\"x\"]}|expected the file's, \"quotes\", actual=\"quote\"",
                "{\"name\": 5, \"command\": [\"x\"]}|name",
                "{\"name\": \"quotes\", \"command\": \"x y\"}|command",
                "{\"name\": \"quotes\", \"command\": [\"\"]}|\"command\": expected a list",
                "{\"name\": \"quotes\", \"comand\": [\"x\"]}|unknown member [comand]; known are [name, command",
                "{\"name\": \"quotes\", \"command\": [\"x\"], \"endpoints\": [\"pipe:other\"]}|actual=\"pipe:other\"",
                "{\"name\": \"quotes\", \"command\": [\"x\"], \"endpoints\": [\"local:quotes\"]}|between processes",
                "{\"name\": \"quotes\", \"command\": [\"x\"], \"endpoints\": [\"quotes\"]}|expected scheme:name",
                "{\"name\": \"quotes\", \"command\": [\"x\"], \"instances\": \"many\"}|one of [shared, per-connection]",
                "{\"name\": \"quotes\", \"command\": [\"x\"], \"idleSeconds\": 0}|limit=more than 0 to 31536000",
                "{\"name\": \"quotes\", \"command\": [\"x\"], \"idleSeconds\": -1}|actual=-1.0",
                "{\"name\": \"quotes\", \"command\": [\"x\"], \"idleSeconds\": \"30s\"}|idleSeconds",
                "{\"name\": \"quotes\", \"command\": [\"x\"], \"idleSeconds\": 1e99999999999}|line 1, column 53: expected an exp",
                "{\"name\": \"quotes\", \"command\": [\"x\"], \"idleSeconds\": 1e2147483647}|to 31536000, actual=Infinity",
                "{\"name\": \"quotes\", \"command\": [\"x\"], \"idleSeconds\": 1e-2147483647}|to 31536000, actual=0.0",
                "{\"name\": \"quotes\", \"command\": [\"x\",}|line 1, column 36",
                "[]|expected an object",
                "{\"name\": \"quotes\", \"command\": [\"x\\u0000\"]}|\"command\": no system takes a NUL",
            })
    void whatIsWrongIsNamedWithTheFile(String text, String said) {
        write(text);
        assertThatThrownBy(() -> ServiceManifest.find("quotes"))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                .hasMessageContaining("services/quotes.json: ")
                .hasMessageContaining(said);
    }

    @Test
    void aFileThatIsNotUtf8IsNamedWithLineAndColumn() throws IOException {
        String text = "{\"name\": \"quotes\",\n\"command\": [\"caf\u00e9\"]}";
        write(text);
        assertThat(ServiceManifest.find("quotes").orElseThrow().command()).containsExactly("caf\u00e9");
        Path file = ManifestFolder.of(ServiceManifest.FOLDER).file("quotes");
        for (Charset other : List.of(ISO_8859_1, UTF_16)) {
            Files.writeString(file, text, other);
            assertMalformed(
                    other.equals(ISO_8859_1)
                            ? "line 2, column 17: expected UTF-8"
                            : "line 1, column 1: expected UTF-8");
        }
        Files.writeString(file, '\ufeff' + text);
        assertMalformed("line 1, column 1: expected JSON, actual=a byte order mark");
        Files.writeString(file, "");
        assertMalformed("line 1, column 1: expected a JSON object, actual=nothing");
    }

    private static void assertMalformed(String said) {
        assertThatThrownBy(() -> ServiceManifest.find("quotes"))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                .hasMessageContaining("services/quotes.json: " + said);
    }

    @Test
    void onlyARegularFileIsRead() throws IOException {
        Path file = ManifestFolder.of(ServiceManifest.FOLDER).file("quotes");
        ManifestFolder.of(ServiceManifest.FOLDER).create();
        Files.createDirectory(file);
        assertThatThrownBy(() -> ServiceManifest.find("quotes"))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("expected a regular file");
        Files.delete(file);
    }

    @Test
    void aHugeFileIsNotRead() {
        write(" ".repeat(140_000) + "{}");
        assertThatThrownBy(() -> ServiceManifest.find("quotes"))
                .hasMessageContaining("size: limit=131072 bytes, actual=140002");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../keys/default", "a/b", ".hidden", "x y"})
    void aNameCannotLeaveTheFolder(String name) {
        assertThatThrownBy(() -> ServiceManifest.find(name)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void write(String text) {
        Manifests.write(ServiceManifest.FOLDER, "quotes", text);
    }
}
