package io.valise.ipc.pipes;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.pipes.windows.WindowsPipes;
import io.valise.ipc.pipes.windows.kernel.JnaWin32;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.runtime.NativeAccess;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The named pipes of this process on Windows, once JNA has been loaded. Thread-safe. */
final class OnWindows {
    private static volatile @Nullable Known known;

    private OnWindows() {}

    /** The pipes of one runtime directory; a test may have several. */
    private record Known(Path home, WindowsPipes pipes) {}

    static Availability availability() {
        try {
            return Availability.yes("named pipes " + pipes().place());
        } catch (IpcException e) {
            return Availability.no(e.reason(), e);
        }
    }

    /** @throws IpcException {@code UNSUPPORTED}, with the cause */
    static WindowsPipes pipes() {
        Path home = RuntimeDirectory.current().path();
        Known last = known;
        if (last == null || !last.home.equals(home)) {
            last = new Known(home, open(home));
            known = last;
        }
        return last.pipes;
    }

    private static WindowsPipes open(Path home) {
        if (!NativeAccess.isFree("com.sun.jna.Native", OnWindows.class)) {
            throw unsupported(
                    "named pipes need native code, of which this JVM would warn: run it with"
                            + " --enable-native-access=ALL-UNNAMED (on the module path: com.sun.jna,io.valise.ipc.pipes),"
                            + " or use loopback:",
                    null);
        }
        try {
            return new WindowsPipes(new JnaWin32(), home);
        } catch (LinkageError e) {
            throw unsupported("named pipes need JNA, which does not work here: " + e + "; use loopback:", e);
        }
    }

    private static IpcException unsupported(String message, @Nullable Throwable cause) {
        return new IpcException(IpcStatus.UNSUPPORTED, message, Delivery.NOT_SENT, cause);
    }
}
