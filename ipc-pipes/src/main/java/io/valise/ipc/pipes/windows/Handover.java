package io.valise.ipc.pipes.windows;

import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_INCOMPLETE;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_PENDING;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_SUCCESS;

import io.valise.ipc.PeerIdentity;
import io.valise.ipc.pipes.windows.kernel.Operation;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import io.valise.ipc.pipes.windows.overlapped.NamedPipeStream;
import io.valise.ipc.pipes.windows.overlapped.Watchers;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.stream.StreamLink;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A client that has come to the meeting place and was told a pipe of its own, where it is awaited. Thus the name of a
 * server has instances only while the server listens: it is free as soon as that stops, and a client never finds a name
 * that nobody answers, however many connections live on. Used by one thread.
 */
final class Handover implements AutoCloseable {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

    private final Instance meeting;
    private final Instance own;
    private final PeerIdentity client;
    private final long deadline = System.nanoTime() + PATIENCE;

    private Handover(Instance meeting, Instance own, PeerIdentity client) {
        this.meeting = meeting;
        this.own = own;
        this.client = client;
    }

    /** Takes over an instance that has its client; when this fails, the caller still has it. */
    static Handover begin(PipeUser user, PipeNames names, Instance meeting) throws Win32Exception {
        PeerIdentity client = user.client(meeting.pipe());
        if (!client.sameUser()) {
            throw new Win32Exception("refused a client of user " + client.user().orElse("?"), 5);
        }
        String path = names.connection();
        Instance own = Instance.create(user, path, true, 1);
        boolean told = false;
        try {
            tell(meeting.operation(), path);
            told = true;
            return new Handover(meeting, own, client);
        } finally {
            if (!told) {
                own.close();
            }
        }
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
     * The link to the client that came.
     *
     * @throws Win32Exception when it did not, in time, or another process did
     */
    Link finish(PipeUser user, Watchers watchers) throws Win32Exception {
        if (own.outcome() != ERROR_SUCCESS) {
            throw new Win32Exception("ConnectNamedPipe", own.outcome());
        }
        PeerIdentity came = user.client(own.pipe());
        if (!came.equals(client)) {
            throw new Win32Exception("refused process " + came.pid() + " in place of " + client.pid(), 5);
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
