package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IpcExceptionTest {
    @Test
    void theMessageSaysTheStatusAndTheReasonDoesNot() {
        IpcException e = new IpcException(IpcStatus.TIMEOUT, "no reply");
        assertThat(e).hasMessage("TIMEOUT: no reply").hasToString("io.valise.ipc.IpcException: TIMEOUT: no reply");
        assertThat(e.reason()).isEqualTo("no reply");
    }

    @Test
    void theMessageOfAnotherIsNotGivenItsStatusTwice() {
        IpcException first = new IpcException(IpcStatus.TIMEOUT, "no reply");
        IpcException again = new IpcException(first.status(), String.valueOf(first.getMessage()), first);
        assertThat(again).hasMessage("TIMEOUT: no reply");
        assertThat(again.reason()).isEqualTo("no reply");
        assertThat(new IpcException(IpcStatus.PEER_DIED, "TIMEOUT: x")).hasMessage("PEER_DIED: TIMEOUT: x");
    }
}
