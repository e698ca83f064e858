package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * Named domain sockets (unix(7)) in a folder of the {@link RuntimeDirectory}, by the JDK's own channels: no native
 * code. Only processes of the same user get through: the folder keeps others out, and both ends ask the kernel who the
 * other is. All channels handed out are non-blocking. Thread-safe.
 *
 * <p>A process that lists names or reclaims one connects to a server and closes at once. Servers do not hear of it: the asking
 * socket says by its own name what it is.
 */
public final class UnixSockets {
    private static final long FIRST_PAUSE = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    private static volatile @Nullable UserPrincipal self;
    private static volatile @Nullable Set<SocketOption<?>> options;

    private UnixSockets() {}

    /**
     * Serves a name until the result is closed.
     *
     * @param folder a folder of the runtime directory
     * @param name a file name that does not begin with a dot; one whose path is too long for an address is hashed
     * @param accepted takes over each connection of this user, on the thread of the {@link ReadinessLoop}: it returns
     *     quickly; when it throws, the connection is closed
     * @throws IpcException {@code ADDRESS_IN_USE} when a live server has the name or something that is no socket is in
     *     the way, {@code RESOURCE_EXHAUSTED} or {@code ACCESS_DENIED} when the system refuses
     */
    public static Listening listen(Path folder, String name, Consumer<SocketChannel> accepted) {
        self();
        Predicate<SocketChannel> admitted = channel -> isOfThisUser(channel, folder.resolve(name));
        return FolderLock.locked(
                folder, () -> Listening.open(folder, name, Listening.Reach.OWN_USER, () -> {}, admitted, accepted));
    }

    /**
     * Serves a name to every process that connects, for a transport that finds out by other means than the kernel who that is: where the
     * kernel cannot tell ({@link #kernelAuthenticates}), only the folder's protection has kept other users out so far.
     *
     * @param beforehand runs when the name is known to be free, before a client can connect; when it throws, the name is not served
     * @param accepted as in {@link #listen}, but nothing is known of the peer
     */
    public static Listening listenToAnyone(
            Path folder, String name, Runnable beforehand, Consumer<SocketChannel> accepted) {
        return FolderLock.locked(
                folder,
                () -> Listening.open(folder, name, Listening.Reach.OWN_USER, beforehand, anyone -> true, accepted));
    }

    /** Serves a name to all users who can enter the folder; see {@link SystemService#listen}. */
    static Listening listenToUsers(Path folder, String name, Consumer<SocketChannel> accepted) {
        return FolderLock.locked(
                folder,
                () -> Listening.open(folder, name, Listening.Reach.ALL_USERS, () -> {}, anyone -> true, accepted));
    }

    /** Whether this system has domain sockets; Windows has since version 10. */
    public static boolean available() {
        return !options().isEmpty();
    }

    /** Whether this system's kernel tells the user at the other end of a domain socket: Linux and macOS do, Windows does not. */
    public static boolean kernelAuthenticates() {
        return options().contains(ExtendedSocketOptions.SO_PEERCRED);
    }

    /**
     * Connects to a name.
     *
     * @param timeoutNanos how long it may take, in nanoseconds; the wait is for a server whose queue is full
     * @throws IpcException {@code ENDPOINT_NOT_FOUND} when no server has the name, {@code TIMEOUT},
     *     {@code AUTHENTICATION_FAILED} when the server is another user's, {@code RESOURCE_EXHAUSTED}; always NOT_SENT
     */
    public static SocketChannel connect(Path folder, String name, long timeoutNanos) {
        return authenticated(connectToAnyone(folder, name, timeoutNanos), folder, name);
    }

    /** As {@link #connect}, but nothing is known of who serves; for who has other means than the kernel to find out. */
    public static SocketChannel connectToAnyone(Path folder, String name, long timeoutNanos) {
        SocketPlace place = SocketPlace.of(folder, name);
        long deadline = System.nanoTime() + timeoutNanos;
        long pause = FIRST_PAUSE;
        SocketChannel channel = attempt(place, false);
        while (channel == null) {
            awaitTurn(place, deadline, pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE);
            channel = attempt(place, false);
        }
        return channel;
    }

    /**
     * What the kernel says of the process at the other end (SO_PEERCRED): its effective user when it connected or
     * began to listen.
     *
     * @throws IpcException {@code CONNECTION_CLOSED} when the channel is closed, {@code UNSUPPORTED} where the kernel
     *     cannot tell
     */
    public static PeerIdentity identity(SocketChannel channel) {
        UserPrincipal user = user(channel);
        return PeerIdentity.ofKernel(user.getName(), user.equals(self()));
    }

    /** The user at the other end; fails as {@link #identity} does. */
    static UserPrincipal user(SocketChannel channel) {
        try {
            return channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        } catch (IOException e) {
            throw notSent(IpcStatus.CONNECTION_CLOSED, "cannot ask for the peer's user: " + e, e);
        } catch (UnsupportedOperationException e) {
            throw notSent(IpcStatus.UNSUPPORTED, "SO_PEERCRED is not available on this system", e);
        }
    }

    /** The names in the folder that a live server has now; without disturbing it. */
    public static List<String> names(Path folder) {
        return SocketPlace.namesIn(folder).stream()
                .filter(name -> isLive(SocketPlace.of(folder, name)))
                .sorted()
                .toList();
    }

    /**
     * Whether a server listens at a name, without disturbing it. The kernel answers, also for a server that is stopped or
     * lives in another namespace. In doubt it does: only a refused connection proves the opposite.
     *
     * @param folder an existing folder of the runtime directory
     * @since 0.1.0
     */
    public static boolean isServed(Path folder, String name) {
        return isLive(SocketPlace.of(folder, name));
    }

    /** Whether a server listens there. In doubt it does: only a refused connection is proof of the opposite. */
    static boolean isLive(SocketPlace place) {
        try {
            SocketChannel probe = attempt(place, true);
            if (probe != null) {
                close(probe);
            }
            return true;
        } catch (IpcException e) {
            return e.status() != IpcStatus.ENDPOINT_NOT_FOUND;
        }
    }

    /** One try; null when it is worth another one: the queue is full (EAGAIN, which the JDK reports as text only). */
    private static @Nullable SocketChannel attempt(SocketPlace place, boolean probe) {
        SocketChannel channel = open();
        boolean connected = false;
        try {
            channel.configureBlocking(false);
            if (probe) {
                Probe.mark(channel, place);
            }
            connected = channel.connect(UnixDomainSocketAddress.of(place.path())) || finished(channel);
        } catch (IOException e) {
            throwIfPermanent(place, e);
        } finally {
            if (!connected) {
                close(channel);
            }
        }
        return connected ? channel : null;
    }

    /** Elsewhere than on Linux a connect may be under way; the peer's system does it, so it is a matter of moments. */
    private static boolean finished(SocketChannel channel) throws IOException {
        long deadline = System.nanoTime() + LONGEST_PAUSE;
        boolean finished = channel.finishConnect();
        while (!finished && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
            finished = channel.finishConnect();
        }
        return finished;
    }

    private static SocketChannel open() {
        try {
            return SocketChannel.open(StandardProtocolFamily.UNIX);
        } catch (IOException e) {
            throw notSent(IpcStatus.RESOURCE_EXHAUSTED, "cannot open a socket: " + e, e);
        } catch (UnsupportedOperationException e) {
            throw notSent(IpcStatus.UNSUPPORTED, "this system has no domain sockets", e);
        }
    }

    private static void throwIfPermanent(SocketPlace place, IOException e) {
        if (e instanceof ConnectException || !SocketPlace.isSocket(place.path())) {
            throw notSent(IpcStatus.ENDPOINT_NOT_FOUND, "no server listens at " + place.path() + ": start it first", e);
        }
        if (!Files.isWritable(place.path())) {
            throw notSent(IpcStatus.ACCESS_DENIED, "cannot connect to " + place.path() + ": " + e, e);
        }
    }

    private static void awaitTurn(SocketPlace place, long deadline, long pause) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw notSent(
                    IpcStatus.TIMEOUT,
                    "connecting to " + place.path() + ": the server's queue stayed full; is it stopped or overloaded?",
                    null);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw notSent(IpcStatus.CANCELLED, "interrupted while connecting to " + place.path(), null);
        }
        LockSupport.parkNanos(Math.min(left, pause));
    }

    private static SocketChannel authenticated(SocketChannel channel, Path folder, String name) {
        try {
            PeerIdentity server = identity(channel);
            if (!server.sameUser()) {
                throw notSent(
                        IpcStatus.AUTHENTICATION_FAILED,
                        "the server at " + SocketPlace.of(folder, name).path() + " runs as "
                                + server.user().orElse("?") + ", expected=" + self().getName() + ": not talking to it",
                        null);
            }
            return channel;
        } catch (IpcException e) {
            close(channel);
            throw e;
        }
    }

    private static boolean isOfThisUser(SocketChannel channel, Path server) {
        PeerIdentity peer = identity(channel);
        if (!peer.sameUser()) {
            AuditLog.unauthenticatedRefused(
                    server, "it runs as " + peer.user().orElse("?") + ", which is not this user");
        }
        return peer.sameUser();
    }

    /** The effective user of this process as the file system knows it, which is how SO_PEERCRED's compare. */
    private static UserPrincipal self() {
        UserPrincipal known = self;
        if (known == null) {
            Path own = PrivateDirectory.secure(RuntimeDirectory.current().path());
            try {
                known = Files.getOwner(own, LinkOption.NOFOLLOW_LINKS);
            } catch (IOException e) {
                throw FileFailure.of("inspect", own, e);
            }
            self = known;
        }
        return known;
    }

    /** Closes a channel; a failure to do so is logged only, for the descriptor is free all the same. */
    public static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            SafeLog.of(UnixSockets.class)
                    .log(System.Logger.Level.DEBUG, "closing a connection failed, its descriptor is free anyway", e);
        }
    }

    /** What a domain socket of this system can be asked; nothing where there are none. */
    private static Set<SocketOption<?>> options() {
        Set<SocketOption<?>> known = options;
        if (known == null) {
            try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                known = socket.supportedOptions();
            } catch (UnsupportedOperationException none) {
                known = Set.of();
            } catch (IOException e) {
                throw notSent(IpcStatus.RESOURCE_EXHAUSTED, "cannot open a socket: " + e, e);
            }
            options = known;
        }
        return known;
    }

    private static IpcException notSent(IpcStatus status, String message, @Nullable Exception cause) {
        return new IpcException(status, message, Delivery.NOT_SENT, cause);
    }
}
