package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcServer;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The command in the locale C, as cron and bare containers start it: text that is not ASCII comes through as it is, or is
 * refused. The shell makes the bytes of such text.
 */
@DisabledOnOs(OS.WINDOWS)
@ExtendWith(HangWatchdog.class)
class LocaleTest {
    private static final String MESSAGE = "m=$(printf '{\"n\":\"Zo\\303\\253\"}'); ";

    @Test
    void anArgumentThatCannotBeReadIsWrongUsage() throws Exception {
        try (IpcServer server = echo("arguments")) {
            String endpoint = server.endpoints().get(0).toString();
            CommandRun refused = ForkedIpc.runByShell(MESSAGE + "LC_ALL=C \"$@\" \"$m\"", "call", endpoint, "echo");
            assertThat(refused.status()).isEqualTo(2);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err()).contains("ipc: argument 4: it has bytes that are no text in", "LC_ALL=C.UTF-8");
            assertThat(server.stats().requestsServed()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void standardInputAndOutputAreUtf8InEveryLocale(String locale) throws Exception {
        try (IpcServer server = echo("streams")) {
            String endpoint = server.endpoints().get(0).toString();
            CommandRun run = ForkedIpc.runByShell(
                    MESSAGE + "printf %s \"$m\" | LC_ALL=" + locale + " \"$@\"",
                    "call",
                    endpoint,
                    "echo",
                    "-",
                    "--json");
            assertThat(run.err()).isEmpty();
            assertThat(run.out()).isEqualTo("{\"n\":\"Zo\u00eb\"}");
        }
    }

    @Test
    void aSettingWhoseNameCannotBeReadIsNotKept(@TempDir Path configuration) throws Exception {
        System.setProperty(
                TestHome.CONFIGURATION_PROPERTY, configuration.resolve("c").toString());
        try {
            CommandRun run = ForkedIpc.runByShell("LC_ALL=C \"$@\" \"$(printf 'caf\\303\\251')\" 5", "settings", "put");
            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).contains("ipc: argument 3: it has bytes");
            assertThat(configuration).isEmptyDirectory();
        } finally {
            TestHome.restoreConfiguration();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"VALISE_HOME", "VALISE_CONFIG"})
    void aPlaceThatCannotBeReadIsNamed(String variable) throws Exception {
        String withoutProperties = "for a; do shift; case $a in -Dvalise.*) ;; *) set -- \"$@\" \"$a\" ;; esac; done; ";
        String environment = "export LC_ALL=C VALISE_HOME=" + TestHome.path() + " VALISE_CONFIG="
                + TestHome.configuration() + " " + variable + "=\"$(printf '/tmp/h\\303\\266m')\"; ";
        CommandRun run = ForkedIpc.runByShell(withoutProperties + environment + "exec \"$@\"", "services");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("ipc: ")
                .contains(variable + "=\"/tmp/h", "LC_ALL=C.UTF-8")
                .doesNotContain("defect");
    }

    private static IpcServer echo(String name) {
        return IpcServer.builder("pipe:locale-" + name)
                .service("echo", request -> request.message())
                .start();
    }
}
