package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcServer;
import io.valise.ipc.services.hosting.AppServiceHost;
import io.valise.ipc.spi.ServerStarter;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider that is named but missing is named once, and stops nothing; no transport at all is an error that says so. */
@ExtendWith(HangWatchdog.class)
class BrokenProviderTest {
    private static final String GONE = "com.example.Gone";

    @TempDir
    Path folder;

    private ClassPath broken;
    private ForkedJvm program;

    @BeforeEach
    void serve() throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(Transport.class.getName()), GONE + "\n");
        Files.writeString(services.resolve(ServerStarter.class.getName()), GONE + "Starter\n");
        broken = ClassPath.ofThisJvm().with(folder);
        program = ForkedJvm.start(broken, List.of(), ProviderProgram.class);
        assertThat(program.ask("serve", "any:beside")).contains("shm:beside", "pipe:beside", "loopback:beside");
    }

    @AfterEach
    void end() {
        program.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"list --verbose", "services --verbose", "ping any:beside --verbose", "doctor"})
    void theCommandDoesWhatItDoesWithoutTheProvider(String words) throws Exception {
        CommandRun run = ForkedIpc.run(broken, words.split(" "));
        assertThat(run.out()).as(run.err()).contains(words.equals("doctor") ? "pipe" : "beside");
        assertThat((run.out() + run.err()).split("Provider com[.]example[.]Gone ", -1))
                .as(run.out() + run.err())
                .hasSize(2);
        assertThat(run.status()).isZero();
    }

    @Test
    void catalogHostAndRuntimeDoWhatTheyDoWithoutTheProvider() {
        assertThat(program.ask("catalog")).contains("beside");
        assertThat(program.ask("host", "hosted")).contains("hosted");
        assertThat(program.ask("initialize")).contains(GONE).doesNotContain("no transport");
        assertThat(program.printed().split("left out: [^\\n]*Provider com[.]example[.]Gone ", -1))
                .as(program.printed())
                .hasSize(2);
    }

    @Test
    void aProcessWithoutTransportsIsToldWhichToAdd() {
        List<Path> entries = new ArrayList<>();
        for (Class<?> of : List.of(IpcServer.class, AppServiceHost.class, ProviderProgram.class, ForkedJvm.class)) {
            entries.add(ClassPath.entryOf(of));
        }
        try (ForkedJvm alone = ForkedJvm.start(ClassPath.of(entries), List.of(), ProviderProgram.class)) {
            assertThat(alone.ask("initialize"))
                    .startsWith("no transport between processes: add ipc-sharedmem or ipc-pipes or ipc-loopback")
                    .contains("class path=");
            assertThatThrownBy(() -> alone.ask("serve", "any:alone"))
                    .hasMessageContaining("UNSUPPORTED: no transport between processes works here for any:alone");
        }
    }
}
