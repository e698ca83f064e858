package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.rule.LogLines;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** V: what is logged. */
public abstract class LogRules extends SessionRules {
    protected LogRules(Candidate candidate) {
        super(candidate);
    }

    @Test
    void V01_startConnectCloseAndStopAreLogged() throws Exception {
        Endpoint address = address();
        String pid = "pid=" + ProcessHandle.current().pid();
        try (LogLines log = LogLines.debug(address)) {
            IpcServer server = serve(address, builder -> builder);
            assertThat(log.next()).isEqualTo("server started: at=[" + address + "]");
            IpcConnection client = connect(address);
            assertThat(next(log, 2))
                    .allSatisfy(line -> assertThat(line).contains("connected: at=" + address + ", peer=", pid))
                    .anySatisfy(line -> assertThat(line).startsWith("client "))
                    .anySatisfy(line -> assertThat(line).startsWith("server "));
            client.close();
            assertThat(next(log, 2))
                    .allSatisfy(line -> assertThat(line)
                            .contains("connection closed: at=" + address + ", peer=", pid)
                            .containsPattern("after=\\d+ ms, because=CONNECTION_CLOSED"))
                    .anySatisfy(line -> assertThat(line).startsWith("client ").contains("this end closed"))
                    .anySatisfy(line -> assertThat(line).startsWith("server ").contains(" by the peer: "));
            server.close();
            assertThat(log.next()).matches("server stopped: at=\\[" + address + "], after=\\d+ ms");
        }
    }

    private static List<String> next(LogLines log, int count) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(log.next());
        }
        return lines;
    }
}
