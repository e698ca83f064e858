package io.valise.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class IpcStatusTest {
    @Test
    void aFailureHasAStatus() {
        IpcException known = new IpcException(IpcStatus.TIMEOUT, "no reply");
        assertThat(IpcStatus.of(null)).isEqualTo(IpcStatus.OK);
        assertThat(IpcStatus.of(known)).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(IpcStatus.of(new CancellationException())).isEqualTo(IpcStatus.CANCELLED);
        assertThat(IpcStatus.of(new IllegalStateException("a fault", known))).isEqualTo(IpcStatus.HANDLER_FAILED);
    }

    @Test
    void whatTheStagesOfAFutureWrapAroundItIsTakenOff() {
        IpcException known = new IpcException(IpcStatus.TIMEOUT, "no reply");
        assertThat(IpcStatus.of(new CompletionException(known))).isEqualTo(IpcStatus.TIMEOUT);
        assertThat(IpcStatus.of(new CompletionException(new CancellationException())))
                .isEqualTo(IpcStatus.CANCELLED);
        assertThat(IpcStatus.of(new CompletionException("no cause", null))).isEqualTo(IpcStatus.HANDLER_FAILED);
    }
}
