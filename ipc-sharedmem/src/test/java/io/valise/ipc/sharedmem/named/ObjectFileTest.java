package io.valise.ipc.sharedmem.named;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.sharedmem.layout.RegionLayout;
import io.valise.ipc.sharedmem.region.RegionDirectory;
import io.valise.ipc.spi.runtime.LockFile;
import io.valise.ipc.testkit.HangWatchdog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(HangWatchdog.class)
class ObjectFileTest {
    private static ObjectFile open(String name) {
        return ObjectFile.openOrCreate(ObjectKind.MUTEX, "u", name, 1);
    }

    @Test
    void aFileThatIsNoObjectIsReplaced() throws Exception {
        Path path = RegionDirectory.objects().file("u", "torn");
        Files.write(path, new byte[5_000]);
        try (ObjectFile object = open("torn")) {
            assertThat(object.slots()).isEqualTo(1);
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aFileThatAnotherKeepsLockedIsTheReasonOfAFailure() throws Exception {
        Path path = RegionDirectory.objects().file("u", "locked");
        try (LockFile file = LockFile.open(path, Set.of(CREATE_NEW, READ, WRITE))) {
            assertThat(file.tryExclusive(RegionLayout.HOLDER_LOCK)).isNotNull();
            assertThatThrownBy(() -> open("locked"))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ADDRESS_IN_USE))
                    .hasMessageContaining("object \"locked\": a process that looks whether " + path
                            + " can be removed keeps it locked; is one stopped?");
        }
        open("locked").close();
        assertThat(path).doesNotExist();
    }
}
