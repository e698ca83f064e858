package io.valise.ipc.spi.runtime;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A service in the {@link SystemPlace}: a folder that belongs to the account that serves it. Only that account, and root,
 * can bind a socket in it; the kernel lets those connect who may enter it, and tells each end which user the other one is.
 * Immutable.
 *
 * @since 0.1.0
 */
public final class SystemService {
    private static final Set<PosixFilePermission> PASSAGE = PosixFilePermissions.fromString("rwx--x--x");

    private final Path folder;
    private final PosixFacts facts;
    private final UserPrincipal owner;
    private final GroupPrincipal group;

    private SystemService(Path folder, PosixFacts facts, UserPrincipal owner, GroupPrincipal group) {
        this.folder = folder;
        this.facts = facts;
        this.owner = owner;
        this.group = group;
    }

    /**
     * The service of a folder of the place, which was checked.
     *
     * @throws IpcException {@code ACCESS_DENIED} when the folder is none, or other users could write to it
     */
    static SystemService of(Path folder) throws IOException {
        PosixFacts facts = PosixFacts.read(folder);
        if (!facts.isDirectory()) {
            throw unsafe(folder, "it is not a directory");
        }
        if (facts.othersWrite().isPresent()) {
            throw unsafe(folder, facts.summary() + ": others than its account can write to it");
        }
        PosixFileAttributes attributes =
                Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new SystemService(folder, facts, attributes.owner(), attributes.group());
    }

    private static IpcException unsafe(Path folder, String why) {
        return SystemPlace.failure(
                IpcStatus.ACCESS_DENIED,
                "system-wide service " + folder.getFileName() + ": " + folder + " is not used, " + why
                        + "; an administrator removes it and installs the service again");
    }

    /**
     * Its name.
     *
     * @since 0.1.0
     */
    public String name() {
        return folder.getFileName().toString();
    }

    /**
     * Its folder, without links on the way.
     *
     * @since 0.1.0
     */
    public Path folder() {
        return folder;
    }

    /**
     * The account that may serve it.
     *
     * @since 0.1.0
     */
    public String account() {
        return owner.getName();
    }

    /**
     * Which users may connect, beside its account: {@code everyone}, or {@code group NAME}.
     *
     * @since 0.1.0
     */
    public String allowed() {
        if (facts.allows(PosixFilePermission.OTHERS_EXECUTE)) {
            return "everyone";
        }
        return facts.allows(PosixFilePermission.GROUP_EXECUTE) ? "group " + group.getName() : account() + " alone";
    }

    /**
     * Whether this process runs as its account.
     *
     * @since 0.1.0
     */
    public boolean isOwn() {
        return facts.uid() == ProcessUser.uid();
    }

    /** Whether it was installed so; a user or group may be called by name or number. */
    boolean isFor(UserPrincipal account, Optional<GroupPrincipal> allowed) {
        boolean everyone = facts.allows(PosixFilePermission.OTHERS_EXECUTE);
        boolean asAllowed = allowed.map(members ->
                        !everyone && facts.allows(PosixFilePermission.GROUP_EXECUTE) && group.equals(members))
                .orElse(everyone);
        return owner.equals(account) && asAllowed;
    }

    /** Whether an installation or a removal was killed before it had ended: its account alone can enter the folder. */
    boolean isUnfinished() {
        return !facts.allows(PosixFilePermission.OTHERS_EXECUTE) && !facts.allows(PosixFilePermission.GROUP_EXECUTE);
    }

    /** Whether this process may connect to what is served in it. */
    boolean mayEnter() {
        return Files.isExecutable(folder);
    }

    /**
     * Serves a socket in it until the result is closed. Every user who may enter the folder can connect; {@link #identity}
     * tells who did.
     *
     * @param socket a short file name, such as that of a transport
     * @param accepted as for {@link UnixSockets#listen}
     * @throws IpcException as {@link UnixSockets#listen}, and {@code ACCESS_DENIED} when the path is too long for a socket
     * @since 0.1.0
     */
    public Listening listen(String socket, Consumer<SocketChannel> accepted) {
        checkLength(socket);
        return UnixSockets.listenToUsers(folder, socket, accepted);
    }

    /**
     * Connects to a socket in it, and returns when the kernel has said that it is the account's.
     *
     * @throws IpcException {@code AUTHENTICATION_FAILED} when another user serves it, else as {@link UnixSockets#connect}
     * @since 0.1.0
     */
    public SocketChannel connect(String socket, long timeoutNanos) {
        checkLength(socket);
        SocketChannel channel = UnixSockets.connectToAnyone(folder, socket, timeoutNanos);
        boolean known = false;
        try {
            UserPrincipal server = UnixSockets.user(channel);
            if (!server.equals(owner)) {
                throw SystemPlace.failure(
                        IpcStatus.AUTHENTICATION_FAILED,
                        "the server at " + folder.resolve(socket) + " runs as " + server.getName() + ", expected="
                                + account() + ", whose service it is: not talking to it");
            }
            known = true;
            return channel;
        } finally {
            if (!known) {
                UnixSockets.close(channel);
            }
        }
    }

    /**
     * What the kernel says of the process at the other end of a connection to this service.
     *
     * @since 0.1.0
     */
    public PeerIdentity identity(SocketChannel channel) {
        UserPrincipal peer = UnixSockets.user(channel);
        return PeerIdentity.ofKernel(peer.getName(), isOwn() && peer.equals(owner));
    }

    /**
     * Whether a socket in it has a server now; the server does not hear of it.
     *
     * @since 0.1.0
     */
    public boolean isServed(String socket) {
        return UnixSockets.isServed(folder, socket);
    }

    /**
     * Runs an action while no other process of the account runs one for this service.
     *
     * @since 0.1.0
     */
    public <T> T locked(Supplier<T> action) {
        return FolderLock.locked(folder, action);
    }

    /**
     * A directory of the account for what its clients may open, each by its own permissions: {@code valise-system-<uid>} in
     * a directory that all users may write to, such as one in a memory file system. Others may pass through and can neither
     * list nor change it. Created if absent, and checked.
     *
     * @throws IpcException {@code ACCESS_DENIED} when another user has taken the name, or could write to the directory
     * @since 0.1.0
     */
    public Path passage(Path parent) {
        Path passage = passageIn(parent);
        try {
            SystemPlace.checkRoots("directory ", parent, true, "");
            if (!Files.exists(passage, LinkOption.NOFOLLOW_LINKS)) {
                PrivateDirectory.secure(passage);
            }
            checkPassage(passage);
            Files.setPosixFilePermissions(passage, PASSAGE);
            return passage;
        } catch (IOException e) {
            throw FileFailure.of("create", passage, e);
        }
    }

    private Path passageIn(Path parent) {
        return parent.resolve("valise-system-" + facts.uid());
    }

    private void checkPassage(Path passage) throws IOException {
        PosixFacts found = PosixFacts.read(passage);
        if (!found.isDirectory()
                || found.uid() != facts.uid()
                || found.othersWrite().isPresent()) {
            throw SystemPlace.failure(
                    IpcStatus.ACCESS_DENIED,
                    "directory " + passage + ": " + (found.isDirectory() ? found.summary() : "no directory")
                            + ", expected=a directory of " + account() + " that no other user can write to:"
                            + " an administrator removes it");
        }
    }

    /**
     * Checks that a file that the server names is the account's own, in its {@link #passage} and no link.
     *
     * @param parent the parent of the passage
     * @throws IpcException {@code ACCESS_DENIED} when it is not
     * @throws IOException when there is no such file, or it cannot be inspected
     * @since 0.1.0
     */
    public void checkOwns(Path file, Path parent) throws IOException {
        Path passage = passageIn(parent);
        PosixFacts found = PosixFacts.read(file);
        SystemPlace.checkRoots("directory ", parent, true, "");
        checkPassage(passage);
        if (!passage.equals(file.getParent()) || !found.isRegular() || found.uid() != facts.uid()) {
            throw SystemPlace.failure(
                    IpcStatus.ACCESS_DENIED,
                    "file " + file + ": " + found.summary() + ", expected=a file of " + account() + " in " + passage
                            + ": not using it");
        }
    }

    private void checkLength(String socket) {
        Path longest = folder.resolve(Listening.DRAFT + socket);
        if (!SocketPlace.fits(longest)) {
            throw new IpcException(
                    IpcStatus.ACCESS_DENIED,
                    "path of a socket: limit=" + SocketPlace.LONGEST_PATH + " bytes, actual=" + longest
                            + ": take a shorter name, or set " + SystemPlace.VARIABLE + " to a shorter path",
                    Delivery.NOT_SENT);
        }
    }
}
