package io.valise.ipc.internal.work;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The context class loader under which the code of an application runs: the one that was current when the builder of its
 * server or client was made, whichever thread runs it. A thread that has another one gets its own back afterwards.
 * Immutable and thread-safe.
 */
public final class Context {
    private final @Nullable ClassLoader loader;

    private Context(@Nullable ClassLoader loader) {
        this.loader = loader;
    }

    /** The calling thread's. */
    public static Context current() {
        return new Context(Thread.currentThread().getContextClassLoader());
    }

    /** Does a piece of work. */
    public void run(Task work, boolean onReader) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        if (before != loader) {
            thread.setContextClassLoader(loader);
        }
        try {
            work.run(onReader);
        } finally {
            restore(thread, before);
        }
    }

    /** An executor whose tasks run so, and what depends on them. */
    public Executor over(Executor executor) {
        return task -> executor.execute(() -> run(new PlainTask(task), false));
    }

    /** The work may have set another. */
    private static void restore(Thread thread, @Nullable ClassLoader before) {
        if (thread.getContextClassLoader() != before) {
            thread.setContextClassLoader(before);
        }
    }

    /** A Runnable as a task. */
    private record PlainTask(Runnable task) implements Task {
        @Override
        public void run(boolean onReader) {
            task.run();
        }

        @Override
        public boolean needsOtherThread(boolean readerIsCaller) {
            return false;
        }
    }
}
