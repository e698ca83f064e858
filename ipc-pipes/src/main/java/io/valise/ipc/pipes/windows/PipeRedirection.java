package io.valise.ipc.pipes.windows;

import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_ACCESS_DENIED;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_INCOMPLETE;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_PENDING;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_SUCCESS;

import io.valise.ipc.Endpoint;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.pipes.windows.kernel.Operation;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import io.valise.ipc.pipes.windows.overlapped.NamedPipeStream;
import io.valise.ipc.pipes.windows.overlapped.Watchers;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.AuditLog;
import io.valise.ipc.spi.stream.StreamLink;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Moves a client that has connected to the server's name to a pipe of its own. Thus the name of a server has instances
 * only while the server listens: it is free as soon as the server stops, and a client never finds a name that no server
 * answers, however many connections still exist. Used by one thread.
 */
final class PipeRedirection implements AutoCloseable {
    private static final String UNKNOWN = "unknown";
    private static final long TIMEOUT = TimeUnit.SECONDS.toNanos(5);

    private final Endpoint endpoint;
    private final Instance meeting;
    private final Instance own;
    private final PeerIdentity client;
    private final long deadline = System.nanoTime() + TIMEOUT;

    private PipeRedirection(Endpoint endpoint, Instance meeting, Instance own, PeerIdentity client) {
        this.endpoint = endpoint;
        this.meeting = meeting;
        this.own = own;
        this.client = client;
    }

    /** Takes over an instance that has its client; when this fails, the instance is still the caller's. */
    static PipeRedirection begin(Endpoint endpoint, PipeUser user, PipeNames names, Instance meeting)
            throws Win32Exception {
        PeerIdentity client = user.client(meeting.pipe());
        checkUser(endpoint, client);
        String path = names.connection();
        Instance own = Instance.create(user, path, true, 1);
        boolean told = false;
        try {
            tell(meeting.operation(), path);
            told = true;
            return new PipeRedirection(endpoint, meeting, own, client);
        } finally {
            if (!told) {
                own.close();
            }
        }
    }

    /** The access list refuses other users, but not one with the privilege to bypass it. */
    private static void checkUser(Endpoint endpoint, PeerIdentity client) throws Win32Exception {
        if (!client.sameUser()) {
            String why = "it runs as " + client.user().orElse(UNKNOWN) + ", which is not this user";
            AuditLog.unauthenticatedRefused(endpoint, why);
            throw new Win32Exception("refused a client: " + why, ERROR_ACCESS_DENIED);
        }
    }

    private static String pid(PeerIdentity peer) {
        return peer.pid().isPresent() ? Long.toString(peer.pid().getAsLong()) : UNKNOWN;
    }

    /** A path is short and the pipe is empty: the write is done at once, or when the client reads it. */
    private static void tell(Operation operation, String path) throws Win32Exception {
        byte[] text = (path + PipeNames.END).getBytes(StandardCharsets.US_ASCII);
        operation.buffer().clear().put(text);
        int code = operation.write(text.length);
        if (code != ERROR_SUCCESS && code != ERROR_IO_PENDING) {
            throw new Win32Exception("WriteFile", code);
        }
    }

    long event() {
        return own.event();
    }

    boolean isDecided() {
        return own.isDecided() || own.outcome() != ERROR_IO_INCOMPLETE || nanosLeft() <= 0;
    }

    long nanosLeft() {
        return deadline - System.nanoTime();
    }

    /**
     * The link to the client that connected.
     *
     * @throws Win32Exception when it did not connect in time, or another process did
     */
    Link finish(PipeUser user, Watchers watchers) throws Win32Exception {
        if (own.outcome() != ERROR_SUCCESS) {
            throw new Win32Exception("ConnectNamedPipe", own.outcome());
        }
        PeerIdentity came = user.client(own.pipe());
        checkUser(endpoint, came);
        if (!came.equals(client)) {
            String why = "process " + pid(came) + " came to the pipe that process " + pid(client) + " was told of";
            AuditLog.refused(endpoint, came, "connect", why);
            throw new Win32Exception("refused: " + why, ERROR_ACCESS_DENIED);
        }
        return new StreamLink(new NamedPipeStream(user.win32(), own.handOver(), watchers), came);
    }

    /** Frees all but what was handed over. */
    @Override
    public void close() {
        meeting.close();
    }

    /** Frees all, when {@link #finish} did not succeed. */
    void drop() {
        own.close();
        meeting.close();
    }
}
