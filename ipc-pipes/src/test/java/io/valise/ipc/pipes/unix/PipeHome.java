package io.valise.ipc.pipes.unix;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.Endpoint;
import io.valise.ipc.pipes.PipeTransport;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.UnixSockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A runtime directory of its own, a server of the name {@code test} in it, and ways to connect to it. */
final class PipeHome implements AutoCloseable {
    static final Endpoint ENDPOINT = Endpoint.parse("pipe:test");
    static final long FOREVER = TimeUnit.SECONDS.toNanos(30);

    final PipeTransport transport = new PipeTransport();
    final Path directory;
    private final BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final String before = System.getProperty("valise.home");

    PipeHome() {
        try {
            directory = Files.createTempDirectory("pipes");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.setProperty("valise.home", directory.toString());
        open.add(transport.listen(ENDPOINT, accepted::add));
    }

    Link connect() {
        return kept(transport.connect(ENDPOINT, FOREVER));
    }

    Link accept() throws InterruptedException {
        Link link = accepted.poll(20, TimeUnit.SECONDS);
        assertThat(link).as("accepted link").isNotNull();
        return kept(link);
    }

    Transport.Listener listener() {
        return (Transport.Listener) open.get(0);
    }

    /** A client that writes what it likes. */
    SocketChannel connectRaw() throws IOException {
        SocketChannel channel =
                kept(UnixSockets.connect(RuntimeDirectory.current().folder("pipe"), "test", FOREVER));
        channel.configureBlocking(true);
        return channel;
    }

    <T extends AutoCloseable> T kept(T closeable) {
        open.add(closeable);
        return closeable;
    }

    static void send(Link link, byte[] frame) {
        ByteBuffer view = link.claim(frame.length);
        while (view == null) {
            link.awaitWritable(FOREVER);
            view = link.claim(frame.length);
        }
        view.put(frame);
        link.commit(frame.length);
        while (!link.flush()) {
            link.awaitWritable(FOREVER);
        }
    }

    /** The next frame, or null at the end. */
    static byte[] receive(Link link) {
        byte[][] got = new byte[1][];
        int count = 0;
        while (count == 0) {
            count = link.poll(
                    frame -> {
                        got[0] = new byte[frame.remaining()];
                        frame.get(got[0]);
                        return true;
                    },
                    1);
            if (count == 0) {
                link.await(FOREVER);
            }
        }
        return count == Link.END ? null : got[0];
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
        for (Link link : accepted) {
            link.close();
        }
        if (before == null) {
            System.clearProperty("valise.home");
        } else {
            System.setProperty("valise.home", before);
        }
        try (var files = Files.walk(directory)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
