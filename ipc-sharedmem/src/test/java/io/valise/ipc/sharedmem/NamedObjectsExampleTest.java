package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The named objects of docs/shared-memory.md, which quotes this word for word. */
@ExtendWith(HangWatchdog.class)
class NamedObjectsExampleTest {
    @Test
    void theTwoProgramsOfThePageMeet() throws InterruptedException {
        try (IpcServer server = IpcServer.builder("shm:worker")
                        .service("work", NamedObjectsExampleTest::work)
                        .start();
                IpcConnection worker = IpcClient.connect("shm:worker")) {
            assertThat(hire(worker)).isTrue();
        }
    }

    private static boolean hire(IpcConnection worker) throws InterruptedException {
        try (NamedSemaphore permits = NamedSemaphore.create(3);
                NamedEvent done = NamedEvent.create(NamedEvent.Reset.MANUAL)) {
            worker.request("work", ValueSet.of("permits", permits.handle(), "done", done.handle()));
            return done.await(Duration.ofSeconds(10));
        }
    }

    private static ValueSet work(Request request) throws InterruptedException {
        NamedSemaphore permits = NamedSemaphore.open(request.message().getValueSet("permits"));
        NamedEvent done = NamedEvent.open(request.message().getValueSet("done"));
        try (permits;
                done;
                Hold permit = permits.acquire()) {
            assertThat(permit.abandoned()).isFalse();
            assertThat(permits.permits()).isEqualTo(3);
            done.set();
        }
        return ValueSet.empty();
    }
}
