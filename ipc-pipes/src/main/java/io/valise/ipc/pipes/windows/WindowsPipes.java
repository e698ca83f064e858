package io.valise.ipc.pipes.windows;

import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_ACCESS_DENIED;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_FILE_NOT_FOUND;
import static io.valise.ipc.pipes.windows.kernel.Win32Error.ERROR_PIPE_BUSY;

import io.valise.ipc.Delivery;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import io.valise.ipc.pipes.windows.overlapped.NamedPipeStream;
import io.valise.ipc.pipes.windows.overlapped.Watchers;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.spi.runtime.Threads;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The named pipes of this user. Thread-safe. */
public final class WindowsPipes {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Win32 win32;
    private final PipeUser user;
    private final PipeNames names;
    private final Watchers watchers;

    /**
     * Pipes over a system.
     *
     * @param home the runtime directory, after which the pipes are named
     * @throws IpcException {@code UNSUPPORTED} when the system does not report the user of this process
     */
    public WindowsPipes(Win32 win32, Path home) {
        this.win32 = win32;
        this.names = PipeNames.of(win32, home);
        this.watchers = new Watchers(win32);
        try {
            this.user = PipeUser.ofThisProcess(win32);
        } catch (Win32Exception e) {
            throw new IpcException(
                    IpcStatus.UNSUPPORTED, "cannot find out the user of this process: " + e, Delivery.NOT_SENT, e);
        }
    }

    /** Where they are, as text for messages. */
    public String place() {
        return names.meeting("*");
    }

    /** See {@link Transport#listen}. */
    public Transport.Listener listen(Endpoint endpoint, Transport.Acceptor acceptor) {
        long deadline = System.nanoTime() + TIMEOUT_NANOS;
        while (true) {
            try {
                return new PipeListener(endpoint, acceptor, user, names, watchers).start();
            } catch (Win32Exception e) {
                if (System.nanoTime() - deadline > 0 || !isBeingFreed(endpoint, e)) {
                    throw cannotListen(endpoint, e);
                }
                Threads.pause(PAUSE_NANOS);
            }
        }
    }

    /** The name of a server that has ended stays taken until every client has noticed and closed its handle. */
    private boolean isBeingFreed(Endpoint endpoint, Win32Exception e) {
        try {
            if (e.code() == ERROR_ACCESS_DENIED) {
                win32.waitNamedPipe(names.meeting(endpoint.name()), 1);
            }
            return false;
        } catch (Win32Exception waiting) {
            return waiting.code() == ERROR_FILE_NOT_FOUND;
        }
    }

    /** The first process to create a name, of any user, has it until it ends. */
    private IpcException cannotListen(Endpoint endpoint, Win32Exception e) {
        return e.code() == ERROR_ACCESS_DENIED || e.code() == ERROR_PIPE_BUSY
                ? new IpcException(
                        IpcStatus.ADDRESS_IN_USE,
                        "a server listens at " + names.meeting(endpoint.name())
                                + " already: stop it, or choose another name",
                        Delivery.NOT_SENT,
                        e)
                : NamedPipeStream.exhausted(e);
    }

    /** See {@link Transport#connect}. */
    public Link connect(Endpoint endpoint, long timeoutNanos) {
        return new PipeDialer(endpoint, user, names, timeoutNanos).connect(watchers);
    }

    /** See {@link Transport#endpoints}. */
    public List<Endpoint> endpoints(String scheme) {
        return names.among(win32.pipeNames()).stream()
                .filter(Endpoint::isName)
                .map(name -> new Endpoint(scheme, name))
                .toList();
    }
}
