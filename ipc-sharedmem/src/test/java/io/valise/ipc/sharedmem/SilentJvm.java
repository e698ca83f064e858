package io.valise.ipc.sharedmem;

import io.valise.ipc.Endpoint;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A program that uses all of {@code shm:} and says nothing itself. */
final class SilentJvm {
    private static final int ROUNDS = 2000;

    private SilentJvm() {}

    public static void main(String[] arguments) throws InterruptedException {
        ShmTransport transport = new ShmTransport();
        if (!transport.availability().available()) {
            System.exit(2);
        }
        Endpoint endpoint =
                new Endpoint("shm", "silent-" + ProcessHandle.current().pid());
        BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();
        try (Transport.Listener listener = transport.listen(endpoint, accepted::add);
                Link client = transport.connect(listener.endpoint(), Long.MAX_VALUE)) {
            Link server = accepted.take();
            Thread echo = new Thread(() -> echo(server));
            echo.start();
            for (int i = 0; i < ROUNDS; i++) {
                send(client, i);
                receive(client);
            }
            client.close();
            echo.join();
        }
    }

    private static void echo(Link link) {
        try (link) {
            while (receive(link)) {
                send(link, 0);
            }
        }
    }

    private static void send(Link link, int value) {
        ByteBuffer space = link.claim(64);
        if (space == null) {
            throw new IllegalStateException("full");
        }
        space.putInt(value);
        link.commit(64);
        link.flush();
    }

    private static boolean receive(Link link) {
        int delivered = 0;
        while (delivered == 0) {
            link.await(Long.MAX_VALUE);
            delivered = link.poll(view -> true, 1);
        }
        return delivered != Link.END;
    }
}
