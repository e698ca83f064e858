package io.valise.ipc.pipes.windows;

import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_ACCESS_DENIED;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_BROKEN_PIPE;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_FILE_NOT_FOUND;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_INCOMPLETE;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_IO_PENDING;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_MORE_DATA;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_NO_DATA;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_OPERATION_ABORTED;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_PIPE_BUSY;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_PIPE_NOT_CONNECTED;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_SEM_TIMEOUT;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_SUCCESS;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.PeerIdentity;
import io.valise.ipc.pipes.windows.kernel.Operation;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import io.valise.ipc.pipes.windows.overlapped.NamedPipeStream;
import io.valise.ipc.pipes.windows.overlapped.WakeEvent;
import io.valise.ipc.pipes.windows.overlapped.Watchers;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.stream.StreamLink;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Connects one client to a server; see {@link PipeRedirection} for the other side. Used by one thread. */
final class PipeDialer {
    private static final String END = String.valueOf(PipeNames.END);
    private static final int PATH_BYTES = 512;
    private static final long PAUSE_NANOS = 200_000;
    private static final int LONGEST_WAIT_MILLIS = 100; // An interrupt does not end WaitNamedPipe.

    private final Endpoint endpoint;
    private final PipeUser user;
    private final PipeNames names;
    private final Win32 win32;
    private final long deadline;

    PipeDialer(Endpoint endpoint, PipeUser user, PipeNames names, long timeoutNanos) {
        this.endpoint = endpoint;
        this.user = user;
        this.names = names;
        this.win32 = user.win32();
        this.deadline = System.nanoTime() + timeoutNanos;
    }

    Link connect(Watchers watchers) {
        String path = names.meeting(endpoint.name());
        while (true) {
            checkTime();
            try {
                return meet(path, watchers);
            } catch (Win32Exception e) {
                awaitTurn(path, e);
            }
        }
    }

    /**
     * Reads from the server's name which pipe is for this client, closes that handle, and then opens the pipe. In this
     * order, since the name of a server that stops is free as soon as no client has a handle of it.
     */
    private Link meet(String path, Watchers watchers) throws Win32Exception {
        long meeting = win32.openNamedPipe(path);
        PeerIdentity server;
        String own;
        try {
            server = authenticated(user.server(meeting), path);
            own = told(meeting);
        } finally {
            win32.closeHandle(meeting);
        }
        return new StreamLink(new NamedPipeStream(win32, open(own, server), watchers), server);
    }

    private PeerIdentity authenticated(PeerIdentity server, String path) {
        if (!server.sameUser()) {
            throw notSent(
                    IpcStatus.AUTHENTICATION_FAILED,
                    "the server at " + path + " runs as " + server.user().orElse("?") + ", expected=" + user.sid()
                            + ": not talking to it",
                    null);
        }
        return server;
    }

    private long open(String path, PeerIdentity server) throws Win32Exception {
        if (!names.isConnection(path)) {
            throw notSent(
                    IpcStatus.PROTOCOL_ERROR,
                    "what answers at " + names.meeting(endpoint.name()) + " is not Valise: it said \"" + path + '"',
                    null);
        }
        long pipe = openOwn(path);
        boolean same = false;
        try {
            same = user.server(pipe).equals(server);
        } finally {
            if (!same) {
                win32.closeHandle(pipe);
            }
        }
        if (!same) {
            throw notSent(IpcStatus.AUTHENTICATION_FAILED, "another process answers at " + path, null);
        }
        return pipe;
    }

    /**
     * When that pipe is gone, the client tries the server's name again: the server's wait timed out, or the server
     * stopped.
     */
    private long openOwn(String path) throws Win32Exception {
        try {
            return win32.openNamedPipe(path);
        } catch (Win32Exception e) {
            throw e.code() == ERROR_FILE_NOT_FOUND ? new Win32Exception("CreateFileW", ERROR_BROKEN_PIPE) : e;
        }
    }

    /** Reads one path; a server that stops meanwhile breaks the pipe. */
    private String told(long meeting) throws Win32Exception {
        Operation operation = win32.operation(meeting, PATH_BYTES);
        try {
            StringBuilder text = new StringBuilder();
            while (text.indexOf(END) < 0 && text.length() < PATH_BYTES) {
                checkTime();
                text.append(read(operation));
            }
            return text.indexOf(END) < 0 ? text.toString() : text.substring(0, text.indexOf(END));
        } finally {
            operation.cancel();
            operation.free();
        }
    }

    private String read(Operation operation) throws Win32Exception {
        int code = operation.read();
        if (code == ERROR_IO_PENDING) {
            code = awaitResult(operation);
        }
        if (code == ERROR_OPERATION_ABORTED) {
            return ""; // Nothing was read: again.
        }
        if (code != ERROR_SUCCESS && code != ERROR_MORE_DATA) {
            throw new Win32Exception("ReadFile", code);
        }
        byte[] text = new byte[operation.transferred()];
        operation.buffer().clear().get(text);
        return new String(text, StandardCharsets.US_ASCII);
    }

    private int awaitResult(Operation operation) throws Win32Exception {
        WakeEvent interruptible = new WakeEvent(win32);
        try {
            int code = operation.result();
            while (code == ERROR_IO_INCOMPLETE) {
                checkTime();
                interruptible.await(operation.event(), deadline - System.nanoTime());
                code = operation.result();
            }
            return code;
        } finally {
            interruptible.free();
        }
    }

    /** Returns when another try can succeed. */
    private void awaitTurn(String path, Win32Exception e) {
        switch (e.code()) {
            case ERROR_FILE_NOT_FOUND ->
                throw notSent(IpcStatus.ENDPOINT_NOT_FOUND, "no server listens at " + path + ": start it first", e);
            case ERROR_PIPE_BUSY -> waitForInstance(path);
            case ERROR_BROKEN_PIPE, ERROR_NO_DATA, ERROR_PIPE_NOT_CONNECTED -> LockSupport.parkNanos(PAUSE_NANOS);
            case ERROR_ACCESS_DENIED ->
                throw notSent(IpcStatus.AUTHENTICATION_FAILED, "the server at " + path + " is another user's: " + e, e);
            default -> throw notSent(IpcStatus.RESOURCE_EXHAUSTED, "cannot connect to " + path + ": " + e, e);
        }
    }

    private void waitForInstance(String path) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        try {
            win32.waitNamedPipe(path, (int) Math.max(1, Math.min(left, LONGEST_WAIT_MILLIS)));
        } catch (Win32Exception e) {
            if (e.code() != ERROR_SEM_TIMEOUT) {
                awaitTurn(path, e);
            }
        }
    }

    private void checkTime() {
        if (Thread.currentThread().isInterrupted()) {
            throw notSent(IpcStatus.CANCELLED, "interrupted while connecting to " + endpoint, null);
        }
        if (deadline - System.nanoTime() <= 0) {
            throw notSent(
                    IpcStatus.TIMEOUT,
                    "connecting to " + endpoint
                            + ": no instance was free in time; is the server stopped or overloaded?",
                    null);
        }
    }

    private static IpcException notSent(IpcStatus status, String message, @Nullable Exception cause) {
        return new IpcException(status, message, Delivery.NOT_SENT, cause);
    }
}
