package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.os.SegmentDirectory;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Segments and keys are removed in time where a mapped file cannot be removed, and only those of servers that ended. */
class SecretShmFilesTest extends SecretShmFixture {
    @Test
    void segmentFileIsRemovedByTheLastEndThatUnmapsIt() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        Transport windows = new SecretShm(new Removal(tries));
        Endpoint endpoint = new Endpoint("shm", "mapped");
        try (Transport.Listener mapped = windows.listen(endpoint, accepted::add)) {
            assertThat(mapped.endpoint()).isEqualTo(endpoint);
            for (boolean clientFirst : List.of(true, false)) {
                Link client = windows.connect(endpoint, TIMEOUT);
                Link server = accepted.take();
                assertThat(segmentFiles()).hasSize(1);
                (clientFirst ? client : server).close();
                assertThat(segmentFiles()).hasSize(1);
                (clientFirst ? server : client).close();
                awaitNoSegments();
            }
            while (tries.get() < 4) {
                Thread.onSpinWait();
            }
            assertThat(tries).hasValue(4);
        }
    }

    @Test
    void filesOfKilledServersAreRemovedByTheNextServerAndThoseOfLiveServersKept() throws Exception {
        SegmentDirectory segments = SegmentDirectory.current(ShmTransport.sockets());
        Path segment = Files.createFile(segments.fresh("dead"));
        Path key = Files.createFile(key("dead"));
        Path draft = Files.createFile(ShmTransport.sockets().resolve(".draft-1"));
        try (Transport.Listener next = transport.listen(new Endpoint("shm", "next"), accepted::add)) {
            assertThat(next.endpoint().name()).isEqualTo("next");
            assertThat(List.of(segment, key, draft))
                    .allSatisfy(left -> assertThat(left).doesNotExist());
            assertThat(key("next")).exists();
            stillServes();
        }
        assertThat(key("next")).doesNotExist();
    }

    @Test
    void secondServerOfANameLeavesTheKeyOfTheFirst() throws Exception {
        String key = Files.readString(key(ENDPOINT.name()));
        IpcException e = catchThrowableOfType(IpcException.class, () -> transport.listen(ENDPOINT, accepted::add));
        assertThat(e.status()).isEqualTo(IpcStatus.ADDRESS_IN_USE);
        assertThat(key(ENDPOINT.name())).hasContent(key);
        stillServes();
    }
}
