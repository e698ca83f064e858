package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A served name; see {@link UnixSockets#listen}. Thread-safe. */
public final class Listening implements AutoCloseable {
    private static final int BACKLOG = 4096; // the kernel takes what it allows (somaxconn)
    private static final int BATCH = 64; // connections accepted before others have their turn on the loop
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What a socket is called until other users may connect to it. */
    static final String DRAFT = "."; // short, as the path of a socket is limited

    private final Path folder;
    private final String name;
    private final Reach reach;
    private final SocketPlace place;
    private final Predicate<SocketChannel> admitted;
    private final Consumer<SocketChannel> accepted;
    private final RateLimitedLog drops = new RateLimitedLog(log());
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<PublishedFiles.Kept> kept = new ArrayList<>();
    private volatile Bound bound; // replaced under the folder's lock when the socket's file was removed

    /** Whether the last attempt to accept failed; of several in a row one is logged. The loop's alone. */
    private boolean failing;

    /** Whom the mode of a socket lets connect who can enter its folder. */
    enum Reach {
        OWN_USER("rw-------"),
        ALL_USERS("rw-rw-rw-");

        private final String mode;

        Reach(String mode) {
            this.mode = mode;
        }

        Set<PosixFilePermission> permissions() {
            return PosixFilePermissions.fromString(mode);
        }
    }

    private Listening(
            Path folder, String name, Reach reach, Predicate<SocketChannel> admitted, Consumer<SocketChannel> accepted)
            throws IOException {
        this.folder = folder;
        this.name = name;
        this.reach = reach;
        this.place = SocketPlace.of(folder, name);
        this.admitted = admitted;
        this.accepted = accepted;
        this.bound = bind();
    }

    /** A socket that is bound to the name. */
    private final class Bound {
        final ServerSocketChannel server;
        final Object inode;
        final Registration registration;

        Bound(ServerSocketChannel server) throws IOException {
            this.server = server;
            this.inode = inode(place.path());
            this.registration = ReadinessLoop.shared().register(server, () -> acceptAll(this));
        }

        void close() {
            try {
                server.close();
            } catch (IOException e) {
                log().log(Level.DEBUG, "closing the socket of " + place.path() + " failed", e);
            } finally {
                registration.cancel();
            }
        }
    }

    /**
     * Called under the folder's lock: no other process is between binding a name and listening on it.
     *
     * @param reach who may connect, beside what {@code admitted} says
     * @param beforehand runs when the name is known to be free, before a client can connect
     * @param admitted who gets as far as {@code accepted}
     */
    static Listening open(
            Path folder,
            String name,
            Reach reach,
            Runnable beforehand,
            Predicate<SocketChannel> admitted,
            Consumer<SocketChannel> accepted) {
        SocketPlace place = SocketPlace.of(folder, name);
        try {
            sweep(folder);
            if (place.exists()) {
                throw new IpcException(IpcStatus.ADDRESS_IN_USE, inUse(place), Delivery.NOT_SENT);
            }
            beforehand.run();
            Listening listening = new Listening(folder, name, reach, admitted, accepted);
            listening.bound.registration.arm();
            listening.keep();
            return listening;
        } catch (IOException e) {
            throw FileFailure.of("listen at", place.path(), e);
        }
    }

    /** Where the socket is. */
    public Path path() {
        return place.path();
    }

    /** Frees the name before it returns and stops accepting; accepted connections live on. Idempotent. */
    @Override
    public void close() {
        close(() -> {});
    }

    /**
     * As {@link #close()}, for a name to which other files belong.
     *
     * @param others removes them, under the same lock: who starts next finds all or nothing
     * @since 0.1.0
     */
    public void close(Runnable others) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        kept.forEach(PublishedFiles.Kept::close);
        try {
            FolderLock.locked(folder, () -> {
                boolean removed = removeOwn();
                others.run();
                return removed;
            });
        } catch (IpcException e) {
            log().log(Level.DEBUG, "left " + place.path() + " to the next server's sweep", e);
        } finally {
            bound.close();
        }
    }

    private void keep() {
        kept.add(
                reach == Reach.ALL_USERS
                        ? PublishedFiles.keepAlone(place.path(), this::bindAgain)
                        : PublishedFiles.keep(place.path(), folder, this::bindAgain));
        if (place.marker() != null) {
            kept.add(PublishedFiles.keep(place.marker(), folder, this::markAgain));
        }
    }

    /** Binds a new socket when the file of the old one was removed, unless another server has taken the name. */
    private boolean bindAgain(PublishedFiles.Kept kept) {
        return FolderLock.locked(folder, () -> {
            boolean absent = kept.isOpen() && !SocketPlace.of(folder, name).exists();
            if (absent) {
                Bound removed = bound;
                try {
                    bound = bind();
                } catch (IOException e) {
                    throw FileFailure.of("listen again at", place.path(), e);
                }
                bound.registration.arm();
                removed.close();
            }
            return absent;
        });
    }

    private boolean markAgain(PublishedFiles.Kept kept) {
        return FolderLock.locked(folder, () -> {
            try {
                if (kept.isOpen()) {
                    place.mark();
                }
                return kept.isOpen();
            } catch (IOException e) {
                throw FileFailure.of("mark", place.path(), e);
            }
        });
    }

    private Bound bind() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        boolean done = false;
        try {
            place.mark();
            server.configureBlocking(false);
            if (reach == Reach.ALL_USERS) {
                bindWithMode(server);
            } else {
                server.bind(UnixDomainSocketAddress.of(place.path()), BACKLOG);
                if (OwnerOnly.hasModes(place.path())) { // else it inherits the folder's access list
                    Files.setPosixFilePermissions(place.path(), reach.permissions());
                }
            }
            Bound result = new Bound(server);
            done = true;
            return result;
        } finally {
            if (!done) { // an Error too
                server.close();
                place.remove(); // Under the lock, and free a moment ago: it can only be ours.
            }
        }
    }

    /** The socket has its name when it has its mode: other users never see one that refuses them for a moment. */
    private void bindWithMode(ServerSocketChannel server) throws IOException {
        Path draft = place.path().resolveSibling(DRAFT + name);
        Files.deleteIfExists(draft); // of a process that was killed; the folder is locked
        try {
            server.bind(UnixDomainSocketAddress.of(draft), BACKLOG);
            Files.setPosixFilePermissions(draft, reach.permissions());
            Files.move(draft, place.path(), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** Removes every socket whose server is gone, such as those that a crash left. One that stays harms no other name. */
    private static void sweep(Path folder) {
        try {
            Probe.sweep(folder);
        } catch (IOException | RuntimeException e) {
            log().log(Level.DEBUG, "names of probes stay in " + folder, e);
        }
        for (String name : SocketPlace.namesIn(folder)) {
            try {
                removeIfAbandoned(SocketPlace.of(folder, name));
            } catch (IOException | RuntimeException e) {
                log().log(Level.WARNING, "what a server left of " + name + " stays in " + folder, e);
            }
        }
    }

    private static void removeIfAbandoned(SocketPlace place) throws IOException {
        boolean removable = !place.exists() || SocketPlace.isSocket(place.path());
        if (removable && !UnixSockets.isLive(place)) {
            place.remove();
        }
    }

    private static String inUse(SocketPlace place) {
        return SocketPlace.isSocket(place.path())
                ? "a server listens at " + place.path() + " already: stop it, or choose another name"
                : "in the way at " + place.path() + ": not a socket; remove it, or choose another name";
    }

    private void acceptAll(Bound bound) {
        boolean again = false;
        try {
            acceptBatch(bound);
            again = true;
            failing = false;
        } catch (ClosedChannelException e) {
            return;
        } catch (IOException | RuntimeException | Error e) { // such as no descriptor left
            log().log(failing ? Level.DEBUG : Level.WARNING, failed(), e);
            failing = true;
        } finally {
            // The connection that could not be accepted stays readable: waiting for it at once would be a busy loop.
            if (again) {
                bound.registration.arm();
            } else if (!closed.get()) {
                ReadinessLoop.shared().after(PAUSE_NANOS, bound.registration::arm);
            }
        }
    }

    private String failed() {
        return "accepting at " + place.path() + " failed; trying again every 100 ms";
    }

    private void acceptBatch(Bound bound) throws IOException {
        SocketChannel channel = bound.server.accept();
        for (int n = 1; channel != null; n++) {
            admit(channel);
            channel = n < BATCH ? bound.server.accept() : null;
        }
    }

    private void admit(SocketChannel channel) {
        boolean taken = false;
        try {
            channel.configureBlocking(false);
            if (!Probe.isAsking(channel) && admitted.test(channel)) {
                accepted.accept(channel);
                taken = true;
            }
        } catch (IOException | RuntimeException | Error e) { // the other clients must be accepted
            drops.warn("dropped a connection at " + place.path(), e);
        } finally {
            if (!taken) {
                UnixSockets.close(channel);
            }
        }
    }

    private boolean removeOwn() {
        try {
            boolean own = place.exists() && bound.inode.equals(inode(place.path()));
            if (own) {
                place.remove();
            }
            return own;
        } catch (IOException e) {
            throw FileFailure.of("remove", place.path(), e);
        }
    }

    /** What tells the socket from another that has its name later: the inode, or on Windows when it was bound. */
    private static Object inode(Path path) throws IOException {
        BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        // Not the time of creation, which NTFS gives to the next file of the name again (file tunneling).
        return Objects.requireNonNullElse(file.fileKey(), file.lastModifiedTime());
    }

    /** Asked for when there is something to say: the first logger of a JVM takes 20 ms to start. */
    private static Logger log() {
        return SafeLog.of(Listening.class);
    }
}
