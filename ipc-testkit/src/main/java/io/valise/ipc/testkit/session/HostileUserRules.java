package io.valise.ipc.testkit.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.Link;
import io.valise.ipc.testkit.Candidate;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.OtherUser;
import io.valise.ipc.testkit.process.OtherUserPeer;
import io.valise.ipc.testkit.process.SmallFileSystem;
import io.valise.ipc.testkit.rule.LogLines;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * H: hostile users and directories: other users of the machine, silent connections, and directories that cannot be used
 * because another user has prepared, filled, protected or removed them.
 */
@MayLog("refused: ")
public abstract class HostileUserRules extends RuntimeDirectoryRules {
    private static final String SILENT_LIMIT = "valise.silentConnections";
    private static final int FEW = 8;

    private final AtomicInteger ran = new AtomicInteger();

    protected HostileUserRules(Candidate candidate) {
        super(candidate);
    }

    private ForkedJvm otherUser(Path home) {
        OtherUser.assumePossible();
        return closing(OtherUser.start(
                List.of("-D" + TestHome.PROPERTY + "=" + home),
                OtherUserPeer.class,
                transport.getClass().getName()));
    }

    private IpcServer serveSecret(Endpoint address) {
        return serve(
                address,
                builder -> builder.onConnect(connection -> ran.incrementAndGet())
                        .service("secret", request -> {
                            ran.incrementAndGet();
                            return EMPTY;
                        }));
    }

    private static boolean isSocket(Path path) throws IOException {
        return ((Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0170000) == 0140000;
    }

    /** Opens the permissions of folders and sockets, but not those of secrets. */
    private static void openSockets(Path home) throws IOException {
        try (Stream<Path> tree = Files.walk(home)) {
            for (Path path : tree.toList()) {
                if (Files.isDirectory(path) || isSocket(path)) {
                    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
                }
            }
        }
    }

    // ---- rules

    @Test
    void H01_anotherUserIsRefused() throws IOException {
        Path home = moveTo(commons().resolve("home"));
        ForkedJvm otherUser = otherUser(home);
        IpcServer server = serveSecret(address());
        Endpoint address = server.endpoints().get(0);
        assertThat(otherUser.ask("connect", address)).isIn("ACCESS_DENIED", "UNSUPPORTED");
        for (Path file : filesIn(home)) {
            assertThat(otherUser.ask("read", file)).as(file.toString()).isEqualTo("denied");
            assertThat(otherUser.ask("raw", file)).as(file.toString()).isEqualTo("denied");
        }
        openSockets(home);
        assertThat(otherUser.ask("connect", address)).isIn("ACCESS_DENIED", "UNSUPPORTED");
        for (Path file : filesIn(home)) {
            String expected = isSocket(file) ? "ended without a byte" : "denied";
            assertThat(otherUser.ask("raw", file)).as(file.toString()).isEqualTo(expected);
            if (!isSocket(file)) {
                assertThat(otherUser.ask("read", file)).as(file.toString()).isIn("denied", "read 0");
            }
        }
        assertThat(ran).hasValue(0);
        assertThat(server.connections()).isEmpty();
    }

    @Test
    void H02_placesThatAnotherUserPreparedAreNotUsed() throws IOException {
        Path commons = commons();
        ForkedJvm otherUser = otherUser(commons);
        otherUser.ask("claim", commons.resolve("taken"));
        refusesHome(commons.resolve("taken"), "owner=uid 65534");
        otherUser.ask("link", commons.resolve("linked"), commons.resolve("taken"));
        refusesHome(commons.resolve("linked"), "symbolic link");
        Path lax = Files.createDirectory(commons.resolve("lax"));
        Files.setPosixFilePermissions(lax, PosixFilePermissions.fromString("rwxrwxrwx"));
        refusesHome(lax, "mode=0777");
        Path own = moveTo(commons.resolve("own"));
        serveSecret(address()).close();
        try (Stream<Path> folders = Files.list(own)) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                assertThat(otherUser.ask("bind", folder.resolve("trap"))).isEqualTo("denied");
            }
        }
        assertThat(ran).hasValue(0);
    }

    /**
     * Serving and connecting must fail there, for the same reason; the message has the reason and what selected the
     * directory.
     */
    private void refusesHome(Path home, String... because) {
        moveTo(home);
        Endpoint address = address();
        for (IpcException e : List.of(failure(() -> serveSecret(address)), failure(() -> connect(address)))) {
            assertThat(e.status()).as(e.getMessage()).isEqualTo(IpcStatus.ACCESS_DENIED);
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
            assertThat(e)
                    .hasMessageContainingAll("runtime directory by " + TestHome.PROPERTY + ": ", home.toString())
                    .hasMessageContainingAll(because);
        }
    }

    private static IpcException failure(Runnable attempt) {
        try {
            attempt.run();
        } catch (IpcException e) {
            return e;
        }
        throw new AssertionError("nothing was thrown");
    }

    @Test
    void H03_connectionsThatSayNothingAreLimited() throws Exception {
        System.setProperty(SILENT_LIMIT, Integer.toString(FEW));
        closing(() -> System.clearProperty(SILENT_LIMIT));
        IpcServer server = serve(builder -> builder);
        Endpoint address = server.endpoints().get(0);
        List<Link> silent = new ArrayList<>();
        for (int i = 0; i < FEW; i++) {
            silent.add(closing(transport.connect(address, LONG.toNanos())));
        }
        try (LogLines audit = LogLines.audit(address)) {
            while (attempt(address).isPresent()) {
                silent.addAll(silence(address)); // one of them is not counted yet, or timed out on a busy machine
            }
            assertThat(audit.next()).contains("have not said HELLO: limit=" + FEW);
        }
        silent.forEach(Link::close);
        Optional<IpcConnection> honest = attempt(address);
        while (honest.isEmpty()) {
            honest = attempt(address);
        }
        echoes(honest.get(), 3);
    }

    /** Opens a silent link, unless there are too many by now. */
    private List<Link> silence(Endpoint address) {
        try {
            return List.of(closing(transport.connect(address, LONG.toNanos())));
        } catch (IpcException tooMany) {
            assertThat(tooMany.status()).isIn(IpcStatus.PEER_DIED, IpcStatus.CONNECTION_CLOSED);
            return List.of();
        }
    }

    /** Connects; false when that is refused. */
    private Optional<IpcConnection> attempt(Endpoint address) {
        try {
            return Optional.of(connect(address));
        } catch (IpcException e) {
            assertThat(e.status()).isIn(IpcStatus.PEER_DIED, IpcStatus.CONNECTION_CLOSED, IpcStatus.TIMEOUT);
            return Optional.empty();
        }
    }

    @Test
    void H04_placeThatIsNoGoodIsNamed() throws IOException {
        Path commons = commons();
        Path file = Files.createFile(commons.resolve("file"));
        refusesHome(file, "not a directory");
        moveTo(Path.of("/proc/valise"));
        IpcException unserved = failure(() -> serveSecret(address()));
        assertThat(unserved.status())
                .isIn(IpcStatus.RESOURCE_EXHAUSTED, IpcStatus.ACCESS_DENIED, IpcStatus.UNSUPPORTED);
        assertThat(unserved).hasMessageContaining("/proc/valise");
        assertThat(failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address())))
                .hasMessageContaining("/proc/valise");
    }

    /** A directory with space for so many files, which is the runtime directory until the test ends. */
    private SmallFileSystem moveToSmall(int files) throws IOException {
        Path over = Files.createDirectory(commons().resolve("small"));
        SmallFileSystem small = closing(SmallFileSystem.mount(over, 1 << 20, files));
        moveTo(small.path());
        return small;
    }

    /** The caller is not at fault, nothing was sent, and the message has directory and reason. */
    private static void names(Path home, String because, IpcException e) {
        assertThat(e.status()).as(e.getMessage()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
        assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
        assertThat(e).hasMessageContaining(home.toString()).hasMessageContaining(because);
    }

    /** The candidate is not asked for its traces in a directory that cannot be used: it might try to use it. */
    private static List<Path> leftIn(Path home) throws IOException {
        return filesIn(home).stream()
                .filter(path -> !Candidate.mayStay(path) && !SmallFileSystem.isFilling(path))
                .toList();
    }

    @Test
    void H05_readOnlyPlaceIsNamedAndGoodOnceItIsWritable() throws IOException {
        SmallFileSystem small = moveToSmall(100);
        Endpoint address = address();
        small.readOnly(true);
        names(small.path(), "Read-only file system", failure(() -> serveSecret(address)));
        failsWith(IpcStatus.ENDPOINT_NOT_FOUND, () -> connect(address));
        small.readOnly(false);
        IpcServer server = serve(address, builder -> builder);
        echoes(connect(server), 3);
        server.close();
        assertThat(leftIn(small.path())).isEmpty();
    }

    @Test
    void H06_fullPlaceIsNamedWhateverWasWantedThere() throws IOException {
        SmallFileSystem small = moveToSmall(100);
        Endpoint address = address();
        small.fill();
        Optional<IpcServer> server = Optional.empty();
        for (int refusals = 0; server.isEmpty(); refusals++) {
            server = serveUnlessFull(address, small.path());
            assertThat(leftIn(small.path()).isEmpty()).isEqualTo(server.isEmpty());
            assertThat(refusals).as("a server needs few files").isLessThan(20);
            small.free(server.isEmpty() ? 1 : 0);
        }
        small.fill();
        echoes(connect(address), 3);
        server.get().close();
        assertThat(leftIn(small.path())).isEmpty();
        small.freeAll();
        echoes(connect(serve(address, builder -> builder)), 3);
    }

    private Optional<IpcServer> serveUnlessFull(Endpoint address, Path home) {
        try {
            return Optional.of(serve(address, builder -> builder));
        } catch (IpcException e) {
            names(home, "No space left on device", e);
            IpcException unserved = failure(() -> connect(address));
            assertThat(unserved.status()).isIn(IpcStatus.RESOURCE_EXHAUSTED, IpcStatus.ENDPOINT_NOT_FOUND);
            assertThat(unserved.delivery()).isEqualTo(Delivery.NOT_SENT);
            return Optional.empty();
        }
    }

    @Test
    void H07_longNamesAndPathsAreServedUpToTheLimitOfTheName() throws IOException {
        String scheme = transport.scheme();
        Endpoint longest = new Endpoint(scheme, "n".repeat(64));
        echoes(connect(serve(longest, builder -> builder)), 3);
        assertThatThrownBy(() -> new Endpoint(scheme, "n".repeat(65)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("endpoint name: expected 1 to 64 characters")
                .hasMessageContaining("actual=\"" + "n".repeat(65) + '"');
        moveTo(commons().resolve("p".repeat(120)));
        Endpoint far = new Endpoint(scheme, "f".repeat(64));
        IpcServer server = serve(far, builder -> builder);
        echoes(connect(far), 3);
        assertThat(transport.endpoints()).contains(far);
        server.close();
        assertThat(transport.endpoints()).doesNotContain(far);
    }
}
