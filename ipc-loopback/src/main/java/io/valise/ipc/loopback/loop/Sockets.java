package io.valise.ipc.loopback.loop;

import io.valise.ipc.spi.runtime.SafeLog;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;

/** Closes sockets where there is no caller to be told of a failure. */
public final class Sockets {
    private Sockets() {}

    /** Closes; a failure is logged at level DEBUG: the descriptor is gone all the same (close(2)). */
    public static void closeQuietly(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            SafeLog.of(Sockets.class).log(Level.DEBUG, "close of " + resource, e);
        }
    }
}
