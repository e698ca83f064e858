package io.valise.ipc.sharedmem;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Cuts the segments of its own connections in mid-traffic, cold and hot, and says so when it survived. */
final class TruncatedJvm {
    private static final long SHORT_WHILE = 1_000_000; // nanoseconds

    private TruncatedJvm() {}

    public static void main(String[] arguments) throws Exception {
        ShmTransport transport = new ShmTransport();
        Endpoint endpoint = new Endpoint("shm", "cut-" + ProcessHandle.current().pid());
        BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();
        try (Transport.Listener listener = transport.listen(endpoint, accepted::add)) {
            for (int warm : new int[] {0, 1, 200_000, 0, 500}) {
                Link client = transport.connect(listener.endpoint(), Long.MAX_VALUE);
                Link server = accepted.take();
                play(client, server, warm);
                cut();
                String end = ending(client, server);
                System.out.println("warm " + warm + ": " + end);
                client.close();
                server.close();
            }
            Link client = transport.connect(listener.endpoint(), Long.MAX_VALUE);
            Link server = accepted.take();
            play(client, server, 100);
            client.close();
            server.close();
        }
        System.out.println("survived");
    }

    /** Goes on until the cut shows, wherever the JVM reports it. */
    private static String ending(Link client, Link server) {
        try {
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < 5_000_000_000L) {
                play(client, server, 10);
            }
            return "nothing noticed";
        } catch (IpcException e) {
            if (e.status() != IpcStatus.PROTOCOL_ERROR) {
                throw e;
            }
            return e.getMessage();
        } catch (InternalError reportedOutside) {
            return reportedOutside.getMessage();
        }
    }

    private static void play(Link client, Link server, int rounds) {
        for (int i = 0; i < rounds; i++) {
            ByteBuffer space = client.claim(64);
            if (space != null) {
                space.putInt(i);
                client.commit(64);
            }
            client.flush();
            int delivered = server.poll(
                    view -> {
                        view.getInt();
                        return true;
                    },
                    10);
            if (delivered == 0) {
                server.await(SHORT_WHILE);
            }
        }
    }

    /** The file has no name any more; a process that may open the map can still open it. */
    private static void cut() throws IOException {
        int cut = 0;
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            if (line.contains("~cut-")) {
                Path file = Path.of("/proc/self/map_files").resolve(line.substring(0, line.indexOf(' ')));
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(0);
                    cut++;
                }
            }
        }
        if (cut == 0) {
            throw new IllegalStateException("nothing to cut");
        }
    }
}
