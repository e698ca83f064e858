package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.sharedmem.layout.SegmentLayout;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A peer that overwrites the segment of a running connection: that connection ends with PROTOCOL_ERROR, the others are not affected. The segment has no name any more; the kernel still gives it to root.
 */
@ExtendWith(HangWatchdog.class)
class HostileLinkTest {
    private static final int CORRUPTIONS = Integer.getInteger("valise.test.corruptions", 10_000);
    private static final long SEED = Long.getLong("valise.test.seed", 20_261_128);
    private static final int PER_CONNECTION = 200;
    private static final int CONTROLS = 4096;

    private final ShmTransport transport = new ShmTransport();
    private final BlockingQueue<Link> accepted = new LinkedBlockingQueue<>();

    @BeforeEach
    void needsRoot() {
        TestHome.path();
        assumeTrue(Files.isReadable(Path.of("/proc/self/map_files")) && "root".equals(System.getProperty("user.name")));
    }

    /** A connection, both ends here, and its segment as an attacker sees it. */
    private record Victim(Link client, Link server, FileChannel segment) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            client.close();
            server.close();
            segment.close();
        }

        void scribble(Random random) throws IOException {
            int size = (int) segment.size();
            int offset = random.nextBoolean() ? random.nextInt(CONTROLS) : random.nextInt(size);
            int[] values = {0, -1, 1, random.nextInt(), random.nextInt(size), Integer.MIN_VALUE, Integer.MAX_VALUE};
            ByteBuffer word = ByteBuffer.allocate(4).putInt(values[random.nextInt(values.length)]);
            segment.write(word.flip(), Math.min(offset & -4, size - 4));
        }
    }

    @Test
    void corruptionsOfALiveSegmentEndItsConnectionAlone() throws Exception {
        Random random = new Random(SEED);
        int ended = 0;
        try (Transport.Listener victims = transport.listen(new Endpoint("shm", "victims"), accepted::add);
                Transport.Listener others = transport.listen(new Endpoint("shm", "others"), accepted::add);
                Link other = transport.connect(others.endpoint(), Long.MAX_VALUE);
                Link otherServer = accepted.take()) {
            for (int done = 0; done < CORRUPTIONS; ) {
                try (Victim victim = connect(victims.endpoint())) {
                    int survived = corrupt(victim, random);
                    ended += survived < PER_CONNECTION ? 1 : 0;
                    done += Math.min(survived + 1, PER_CONNECTION);
                }
                assertThat(exchange(other, otherServer, done))
                        .as("seed %d", SEED)
                        .isEqualTo(done);
            }
        }
        assertThat(ended).as("connections ended, seed %d", SEED).isPositive();
    }

    private Victim connect(Endpoint endpoint) throws Exception {
        String mark = "~" + endpoint.name() + "~";
        Set<String> before = inodes(mark);
        Link client = transport.connect(endpoint, Long.MAX_VALUE);
        return new Victim(client, accepted.take(), segment(mark, before));
    }

    private static FileChannel segment(String mark) throws IOException {
        return segment(mark, Set.of());
    }

    /** The segment that was not mapped before: those of closed connections are unmapped some time later. */
    private static FileChannel segment(String mark, Set<String> before) throws IOException {
        for (String line : mappings(mark)) {
            if (!before.contains(inode(line))) {
                return FileChannel.open(
                        Path.of("/proc/self/map_files", line.substring(0, line.indexOf(' '))),
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
            }
        }
        throw new IllegalStateException("no segment " + mark);
    }

    private static Set<String> inodes(String mark) throws IOException {
        return mappings(mark).stream().map(HostileLinkTest::inode).collect(Collectors.toSet());
    }

    private static List<String> mappings(String mark) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.contains(mark))
                .toList();
    }

    /** The fifth word of a line: address, permissions, offset, device, inode, path. */
    private static String inode(String line) {
        return line.split(" +", -1)[4];
    }

    /** How many corruptions the connection survived; if it ended, with PROTOCOL_ERROR and nothing else. */
    private static int corrupt(Victim victim, Random random) throws IOException {
        int survived = 0;
        try {
            while (survived < PER_CONNECTION) {
                victim.scribble(random);
                play(victim.client(), victim.server(), random);
                play(victim.server(), victim.client(), random);
                survived++;
            }
        } catch (IpcException e) {
            assertThat(e.status()).as("seed %d", SEED).isEqualTo(IpcStatus.PROTOCOL_ERROR);
        }
        return survived;
    }

    private static void play(Link from, Link to, Random random) {
        ByteBuffer space = from.claim(1 + random.nextInt(from.maxFrameBytes()));
        if (space != null) {
            int length = 1 + random.nextInt(space.remaining());
            space.put((byte) 1);
            from.commit(length);
            from.flush();
        }
        to.poll(frame -> frame.hasRemaining() && frame.get() != Byte.MIN_VALUE, 4);
        to.await(1);
    }

    private static int exchange(Link from, Link to, int number) {
        ByteBuffer space = from.claim(4);
        assertThat(space).isNotNull();
        space.putInt(number);
        from.commit(4);
        from.flush();
        int[] got = {-1};
        while (got[0] < 0) {
            to.poll(
                    frame -> {
                        got[0] = frame.getInt();
                        return true;
                    },
                    1);
        }
        return got[0];
    }

    @Test
    void sessionOverACorruptedSegmentEndsAndTheServerServesOn() throws Exception {
        try (IpcServer server = IpcServer.builder("shm:scribbled")
                        .service("echo", request -> request.message())
                        .start();
                IpcConnection victim = connect();
                FileChannel segment = segment("~scribbled~");
                IpcConnection other = connect()) {
            assertThat(victim.request("echo", ValueSet.of("n", 1)).getInt("n")).isEqualTo(1);
            assertThat(List.of(IpcStatus.PROTOCOL_ERROR, IpcStatus.PEER_DIED, IpcStatus.CONNECTION_CLOSED))
                    .contains(statusOf(victim, segment));
            victim.closed().toCompletableFuture().get(10, TimeUnit.SECONDS);
            assertThat(other.request("echo", ValueSet.of("n", 2)).getInt("n")).isEqualTo(2);
            while (server.connections().size() > 1) {
                Thread.onSpinWait(); // the server is told of the end of its peer by its control channel
            }
            assertThat(server.connections()).hasSize(1);
        }
    }

    private static IpcConnection connect() {
        return IpcClient.connect("shm:scribbled");
    }

    /** Reports a wrong consumer position before each request, until the client reads it. */
    private static IpcStatus statusOf(IpcConnection victim, FileChannel segment) throws IOException {
        long consumerPosition =
                new SegmentLayout(SegmentLayout.MIN_RING_BYTES).toServer().consumerPosition();
        ValueSet long4KiB = ValueSet.of("n", new byte[4096]);
        try {
            for (int i = 0; i < 200; i++) {
                segment.write(
                        ByteBuffer.allocate(8).putLong(0x0707_0707_0707_0707L).flip(), consumerPosition);
                victim.request("echo", long4KiB, Duration.ofSeconds(10));
            }
            return IpcStatus.OK;
        } catch (IpcException e) {
            return e.status();
        }
    }
}
