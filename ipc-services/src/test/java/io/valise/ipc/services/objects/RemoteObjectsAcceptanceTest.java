package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcServer;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Variants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;

/** COM's counterpart between two processes, over every transport. */
@ExtendWith(HangWatchdog.class)
class RemoteObjectsAcceptanceTest {
    private final CountingShop shop = new CountingShop();
    private final ExportedObjects exported = RemoteObjects.export(Counters.class, shop);

    @AfterEach
    void endClients() {
        ForkedJvm.killAll();
    }

    @ParameterizedTest
    @Variants({"pipe:counters", "loopback:counters", "shm:counters"})
    void aClientMakesACounterCallsItAndIsCalledBackAndLeavesNothingWhenItIsKilled(String address) throws Exception {
        try (IpcServer server = exported.addTo(IpcServer.builder(address)).start();
                ForkedJvm client = ForkedJvm.start(CounterClient.class, address)) {
            assertThat(server.endpoints()).hasSize(1);
            client.ask("make");
            assertThat(client.ask("increment")).isEqualTo("1");
            assertThat(client.ask("increment")).isEqualTo("2");
            assertThat(client.ask("replay")).isEqualTo("[1, 2]");
            client.ask("reset");
            assertThat(client.ask("increment")).isEqualTo("1");
            Counter first = shop.given.take();

            client.ask("make");
            client.ask("collect"); // nothing refers to the first one
            assertThat(shop.returned.take()).isSameAs(first);
            assertThat(exported.liveObjects()).isOne();
            client.ask("make");
            client.ask("close");
            shop.returned.take();
            assertThat(exported.liveObjects()).isOne();

            client.kill();
            shop.returned.take();
            assertThat(exported.liveObjects()).isZero();
        }
    }
}
