package io.valise.ipc.services.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.launch.TargetSupport.Status;
import io.valise.ipc.services.manifest.Manifests;
import io.valise.ipc.testkit.HangWatchdog;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which target is meant by a name or a URI, asked beforehand and launched. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class TargetsTest {
    private final ResultLauncher launcher = ResultLauncher.standard();

    @BeforeEach
    void declare() {
        Path plainFile = Manifests.write("other", "plain", "no program");
        String[] program = Manifests.java(TargetProgram.class);
        declare("echo", program, "echo", "paint");
        declare("brush", program, "paint");
        declare("gone", new String[] {"/opt/nowhere/target"}, "gone", "echo");
        declare("locked", new String[] {plainFile.toString()}, "locked");
        declare("dull", program);
    }

    private static void declare(String name, String[] command, String... schemes) {
        Manifests.write(ResultLauncher.FOLDER, name, ValueSet.of("name", name, "command", command, "schemes", schemes));
    }

    @AfterEach
    void tidyUp() {
        Manifests.clear(ResultLauncher.FOLDER);
    }

    @ParameterizedTest
    @CsvSource({
        "echo, AVAILABLE, ''",
        "unknown, NOT_INSTALLED, 'declared are [brush, dull, echo, gone, locked]'",
        "gone, UNAVAILABLE, /opt/nowhere/target: no such program",
        "locked, UNAVAILABLE, not executable",
    })
    void anAnswerForAName(String name, Status status, String detail) {
        TargetSupport support = launcher.query(name);
        assertThat(support.status()).as(support.detail()).isEqualTo(status);
        assertThat(support.detail()).contains(detail);
        assertThat(support.isAvailable()).isEqualTo(status == Status.AVAILABLE);
    }

    @ParameterizedTest
    @CsvSource({
        "echo:hello, AVAILABLE, , echo, ''",
        "ECHO://host/path?query#part, AVAILABLE, , echo, ''",
        "paint:red, AVAILABLE, ENDPOINT_NOT_FOUND, 'brush echo', 'scheme \"paint\": limit=1 manifest that declares it, actual=[brush, echo]; choose one'",
        "draw:line, NOT_INSTALLED, ENDPOINT_NOT_FOUND, '', 'no target takes URIs of scheme \"draw\": no manifest in '",
        "gone:x, UNAVAILABLE, ENDPOINT_NOT_FOUND, '', /opt/nowhere/target: no such program",
        "locked:x, UNAVAILABLE, ACCESS_DENIED, '', not executable",
    })
    void anAnswerForAUriIsWhatALaunchThenFinds(
            URI uri, Status status, IpcStatus failure, String targets, String detail) {
        TargetSupport support = launcher.query(uri);
        assertThat(support.status()).as(support.detail()).isEqualTo(status);
        assertThat(support.detail()).contains(detail);
        assertThat(String.join(" ", support.targets())).isEqualTo(targets);
        if (failure == null) {
            assertThat(launcher.launch(uri, ValueSet.of("do", "echo")).join()).isEqualTo(ValueSet.of("do", "echo"));
        } else {
            assertRefused(uri, failure, support.detail());
        }
    }

    private void assertRefused(URI uri, IpcStatus status, String detail) {
        for (boolean starting : List.of(true, false)) {
            assertThatThrownBy(() -> launch(uri, starting)).isInstanceOfSatisfying(IpcException.class, e -> {
                assertThat(e.status()).isEqualTo(status);
                assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
                assertThat(e.reason()).isEqualTo(detail);
            });
        }
    }

    private void launch(URI uri, boolean starting) throws Throwable {
        if (starting) {
            launcher.start(uri, ValueSet.empty()).close();
        } else {
            throw launcher.launch(uri, ValueSet.empty())
                    .handle((result, failure) -> failure)
                    .join();
        }
    }

    @Test
    void ofSeveralTargetsTheCallerChoosesOneThatTakesTheUri() {
        URI uri = URI.create("paint:red");
        assertThat(launcher.target("brush")
                        .launch(uri, ValueSet.of("do", "echo"))
                        .join())
                .isEqualTo(ValueSet.of("do", "echo"));
        assertThat(launcher.target("brush").query(uri).targets()).containsExactly("brush");

        TargetSupport support = launcher.target("dull").query(uri);
        assertThat(support.status()).isEqualTo(Status.NOT_SUPPORTED);
        assertThat(support.detail())
                .isEqualTo("target \"dull\" takes no URIs of scheme \"paint\"; its manifest declares []");
        assertThatThrownBy(() -> launcher.target("dull").start(uri, ValueSet.empty()))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED));
        assertThat(launcher.target("unknown").query(uri).status()).isEqualTo(Status.NOT_INSTALLED);
    }

    @Test
    void aDamagedManifestIsToldAndAffectsNoOther() {
        Path damaged = Manifests.write(ResultLauncher.FOLDER, "damaged", "{\"name\": ");
        assertThat(launcher.query(URI.create("echo:x")).targets()).containsExactly("echo");
        TargetSupport none = launcher.query(URI.create("draw:line"));
        assertThat(none.status()).isEqualTo(Status.NOT_INSTALLED);
        assertThat(none.detail()).contains("; not read were: manifest " + damaged + ": line 1");
        TargetSupport support = launcher.query("damaged");
        assertThat(support.status()).isEqualTo(Status.UNKNOWN);
        assertThat(support.detail()).contains("manifest " + damaged + ": line 1");
        assertThatThrownBy(() -> launcher.start("damaged", ValueSet.empty()))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Paint", "c", "1st", "a b", "x:", "", "a234567890123456789012345678901234567890"})
    void aManifestDeclaresSchemesAsTheyAreWritten(String scheme) {
        declare("odd", new String[] {"x"}, scheme);
        assertThat(launcher.query("odd").detail())
                .contains("odd.json: \"schemes\": expected URI schemes of 2 to 39 characters a-z 0-9 + . -")
                .endsWith("actual=\"" + scheme + '"');
    }

    @Test
    void aManifestSaysWhatItsFileIsCalled() {
        Manifests.write(ResultLauncher.FOLDER, "copied", ValueSet.of("name", "echo", "command", new String[] {"x"}));
        assertThat(launcher.query("copied").detail())
                .contains("copied.json: \"name\": expected the file's, \"copied\", actual=\"echo\"");
    }

    @Test
    void aUriHasASchemeAndALimit() {
        assertThatThrownBy(() -> launcher.query(URI.create("no/scheme")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("uri: expected one with a scheme, such as crop:?width=100, actual=\"no/scheme\"");
        assertThatThrownBy(() -> launcher.launch(URI.create("no/scheme"), ValueSet.empty()))
                .isInstanceOf(IllegalArgumentException.class);
        URI longest = URI.create("echo:" + "x".repeat(ResultLauncher.MAX_URI_CHARACTERS - 5));
        assertThat(launcher.launch(longest, ValueSet.of("do", "echo")).join()).isEqualTo(ValueSet.of("do", "echo"));
        assertThatThrownBy(() -> launcher.start(URI.create(longest + "x"), ValueSet.empty()))
                .isInstanceOfSatisfying(IpcException.class, e -> {
                    assertThat(e.status()).isEqualTo(IpcStatus.MESSAGE_TOO_LARGE);
                    assertThat(e.reason())
                            .isEqualTo("uri: limit=2048 characters, actual=2049; put what is long into the message");
                });
    }
}
