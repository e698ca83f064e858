package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The region of docs/shared-memory.md, which quotes it word for word. */
@ExtendWith(HangWatchdog.class)
class RegionExampleTest {
    @Test
    void theTwoProgramsOfThePageTalk() {
        TestHome.path();
        try (IpcServer server = IpcServer.builder("shm:viewer")
                        .service("show", RegionExampleTest::show)
                        .start();
                IpcConnection viewer = IpcClient.connect("shm:viewer")) {
            assertThat(send(viewer, new byte[] {1, 2, 3})).isEqualTo(6);
        }
    }

    private static int send(IpcConnection viewer, byte[] pixels) {
        try (SharedRegion picture = SharedRegion.create(64 << 20)) {
            picture.write(region -> region.buffer().put(pixels)); // straight into shared memory
            ValueSet shown = viewer.request("show", ValueSet.of("picture", picture.handle(SharedRegion.Access.READ)));
            return shown.getInt("sum");
        }
    }

    private static ValueSet show(Request request) {
        try (SharedRegion picture = SharedRegion.open(request.message().getValueSet("picture"))) {
            return ValueSet.of("sum", picture.read(region -> sum(region.buffer()))); // not copied
        }
    }

    private static int sum(ByteBuffer pixels) {
        return pixels.get(0) + pixels.get(1) + pixels.get(2);
    }
}
