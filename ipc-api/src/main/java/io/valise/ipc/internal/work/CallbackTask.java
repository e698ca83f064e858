package io.valise.ipc.internal.work;

import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** A short piece of the user's code, such as a cancellation action, run by a background reader or a follower. */
public record CallbackTask(Runnable action) implements Task {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");

    @Override
    public void run(boolean onReader) {
        try {
            action.run();
        } catch (RuntimeException | Error e) { // the reader that runs it must go on
            LOG.log(Level.WARNING, "a callback failed", e);
        }
    }

    @Override
    public boolean needsOtherThread(boolean readerIsCaller) {
        return readerIsCaller;
    }
}
