package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testlog.MayLog;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** Publishers and subscribers of the application that break the rules of streams: they end the stream only. */
@MayLog({"never cancelled before", "service s failed"})
class StreamMisuseTest extends LocalConnections {
    @Test
    void publisherThatSendsNull() throws InterruptedException {
        IpcConnection connection = connect(server().stream("s", request -> Flows.publisher(s -> s.onNext(null))));
        assertThat(Flows.listen(connection.stream("s", HI), 5).take().error()).hasMessageContaining("sent a null item");
        assertThat(connection.request("echo", HI)).isEqualTo(HI);
    }

    @Test
    void publisherThatSendsTooMuchAndGoesOn() throws InterruptedException {
        IpcConnection connection = connect(server().stream(
                "s",
                request -> Flows.publisher(s -> {
                    for (int i = 0; i < 10; i++) {
                        s.onNext(ValueSet.of("i", i));
                    }
                    s.onComplete();
                })));
        BlockingQueue<Flows.Signal> signals = Flows.listen(connection.stream("s", HI), 2);
        assertThat(signals.take().item().getInt("i")).isZero();
        assertThat(signals.take().item().getInt("i")).isEqualTo(1);
        assertThat(signals.take().error()).hasMessageContaining("more than was asked for");
        assertThat(connection.request("echo", HI)).isEqualTo(HI);
        assertThat(signals).isEmpty();
    }

    @Test
    void publisherThatFailsWhenAsked() throws InterruptedException {
        IpcConnection connection = connect(server().stream(
                "s",
                request -> Flows.publisher(s -> {
                    throw new IllegalStateException("cannot");
                })));
        assertThat(Flows.listen(connection.stream("s", HI), 2).take().error()).hasMessageContaining("cannot");
    }

    @Test
    void itemTooLargeEndsTheStreamOnly() throws InterruptedException {
        IpcConnection connection = connect(
                server().stream("s", request -> Flows.publisher(s -> s.onNext(ValueSet.of("b", new byte[9000])))),
                IpcClient.builder("local:handlers").maxMessageBytes(8000));
        Flows.Signal signals = Flows.listen(connection.stream("s", HI), 2).take();
        assertThat(((IpcException) signals.error()).status()).isEqualTo(IpcStatus.MESSAGE_TOO_LARGE);
        assertThat(connection.request("echo", HI)).isEqualTo(HI);
    }

    @Test
    void subscriberThatFailsIsForgotten() {
        IpcConnection connection = connect(server().stream("s", request -> Flows.publisher(s -> s.onNext(HI))));
        assertThatThrownBy(() -> connection.stream("s", HI).subscribe(new Flow.Subscriber<>() {
                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                        throw new IllegalStateException("no");
                    }

                    @Override
                    public void onNext(ValueSet item) {
                        throw new AssertionError(item);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        throw new AssertionError(failure);
                    }

                    @Override
                    public void onComplete() {
                        throw new AssertionError();
                    }
                }))
                .hasMessage("no");
        assertThat(connection.stats().pending()).isZero();
    }
}
