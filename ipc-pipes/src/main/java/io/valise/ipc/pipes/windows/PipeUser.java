package io.valise.ipc.pipes.windows;

import io.valise.ipc.PeerIdentity;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which user may use our pipes, and which process is at the other end of one. Thread-safe.
 *
 * @param sid this process's user
 */
record PipeUser(Win32 win32, String sid) {
    static PipeUser ofThisProcess(Win32 win32) throws Win32Exception {
        return new PipeUser(win32, win32.userOf(win32.currentProcessId()));
    }

    /** Owner and access list of a pipe: this user alone. Inherits nothing ({@code P}). */
    String sddl() {
        return "O:" + sid + "D:P(A;;GA;;;" + sid + ")";
    }

    /** The client of a server's handle, as the kernel reports it. */
    PeerIdentity client(long pipe) throws Win32Exception {
        return process(win32.clientProcessId(pipe));
    }

    /** The server of a client's handle, as the kernel reports it. */
    PeerIdentity server(long pipe) throws Win32Exception {
        return process(win32.serverProcessId(pipe));
    }

    private PeerIdentity process(long pid) throws Win32Exception {
        String user = win32.userOf(pid);
        boolean same = user.equals(sid);
        return PeerIdentity.ofKernel(same ? System.getProperty("user.name") : user, same)
                .declaring(OptionalLong.of(pid), Optional.empty());
    }
}
