package io.valise.ipc.sharedmem;

import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.LinkContract;
import io.valise.ipc.testkit.TestHome;
import java.nio.file.Path;
import java.util.List;

/** The transport contract over {@code shm:}. */
class ShmLinkTest extends LinkContract {
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
