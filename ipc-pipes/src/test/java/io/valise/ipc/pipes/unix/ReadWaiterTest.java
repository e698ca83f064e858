package io.valise.ipc.pipes.unix;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

/** A link that is closed at the moment when it becomes idle: no connection can be made to do both at once. */
class ReadWaiterTest {
    @Test
    void aWaiterThatIsClosedWhileItBeginsToRestIsForgotten() throws Exception {
        try (ServerSocketChannel server =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel channel = SocketChannel.open(server.getLocalAddress())) {
            channel.configureBlocking(false);
            ReadWaiter waiter = new ReadWaiter(channel, () -> {});
            waiter.await(1); // from now on it has a selector
            Thread resting = new Thread(waiter::rest);
            synchronized (IdleWaiters.WAITERS) {
                resting.start();
                while (resting.getState() != Thread.State.BLOCKED
                        && !Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                }
                waiter.close();
            }
            resting.join();
            assertThat(IdleWaiters.WAITERS).doesNotContain(waiter);
        }
    }
}
