package io.valise.ipc.sharedmem;

import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.rule.ConnectionRules;
import org.junit.jupiter.api.extension.ExtendWith;

/** The transport contract over {@code shm:} without authentication by the kernel, as far as it differs. */
@ExtendWith(ConnectionRules.class)
class SecretShmLinkTest extends ShmLinkTest {
    @Override
    public Transport transport() {
        return new SecretShm();
    }
}
