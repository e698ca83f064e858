package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds instead of O02, O03 and K07 where several servers may have one name. */
public abstract class SharedNameRules extends SessionRules {
    protected SharedNameRules(Candidate candidate) {
        super(candidate);
    }

    @BeforeEach
    void sharesNames() {
        assumeSharedNames();
    }

    @Test
    void O02_secondServerServesThatNameToo() {
        IpcServer first = serve(builder -> builder);
        IpcConnection client = connect(first);
        IpcServer second = serve(first.endpoints().get(0), builder -> builder);
        for (int clients = 0; second.connections().isEmpty(); clients++) {
            assertThat(clients).as("clients that the second server shares").isLessThan(MOST_CLIENTS);
            echoes(connect(first), 3);
        }
        echoes(client, 3);
        first.close();
        echoes(connect(second), 3);
    }

    @Test
    void O03_serverStartsAtAllAddressesOrNone() {
        Endpoint free = address();
        Endpoint unknown = new Endpoint("nosuch", "quotes");
        failsWith(IpcStatus.UNSUPPORTED, () -> closing(server(free, unknown).start()));
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(free));
        IpcServer both = closing(server(free, address()).start());
        both.endpoints().forEach(endpoint -> echoes(connect(endpoint), 2));
        assertThat(both.connections()).hasSize(2);
    }

    @Test
    void K07_ofSeveralServersOneMayBeKilled() throws Exception {
        Endpoint address = address();
        ForkedJvm doomed =
                closing(ForkedJvm.start(SessionPeer.class, transport.getClass().getName()));
        assertThat(doomed.ask("serve", address)).isEqualTo("OK");
        List<IpcConnection> clients = new ArrayList<>(List.of(connect(address)));
        IpcServer here = serve(address, builder -> builder);
        while (here.connections().isEmpty()) {
            assertThat(clients).as("clients that the second server shares").hasSizeLessThan(MOST_CLIENTS);
            clients.add(connect(address));
        }
        doomed.kill();
        get(clients.get(0).closed().toCompletableFuture());
        echoes(clients.get(clients.size() - 1), 100);
        echoes(connect(address), 3);
    }
}
