package io.valise.ipc.sharedmem;

import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.TransportContract;
import java.nio.file.Path;
import java.util.List;

/** What programs are promised over every transport, over {@code shm:}. */
class ShmConformanceTest extends TransportContract {
    @Override
    public Transport transport() {
        return new ShmTransport();
    }

    @Override
    public List<Path> directories() {
        return List.of(TestHome.path(), segments().path());
    }

    @Override
    public boolean isLeftover(Path found) {
        return super.isLeftover(found)
                && (found.startsWith(TestHome.path()) || segments().owns(found));
    }

    private static SegmentDirectory segments() {
        return SegmentDirectory.current(ShmTransport.sockets());
    }
}
