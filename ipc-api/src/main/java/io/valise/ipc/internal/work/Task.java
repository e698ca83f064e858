package io.valise.ipc.internal.work;

/** What a frame asks for beyond the reading of it, such as running a handler. */
public interface Task {
    /** Nothing to do. */
    Task NONE = new Task() {
        @Override
        public void run(boolean onReader) {}

        @Override
        public boolean needsOtherThread(boolean readerIsCaller) {
            return false;
        }
    };

    /**
     * Does the work; does not throw.
     *
     * @param onReader whether the reading thread runs it, and flushes what is sent soon after
     */
    void run(boolean onReader);

    /** Whether another thread must run it, rather than the reader's. */
    boolean needsOtherThread(boolean readerIsCaller);

    /** Whether a call of this end may be waited for until it is done: then it never queues behind the application's work. */
    default boolean endsCall() {
        return false;
    }

    /** Called by the thread that takes the reading over from the thread that runs this, before it reads; does not block. */
    default void overtaken() {}

    /** Called after {@link #overtaken} when it ran so long that another thread had to take over. */
    default void stalled() {}

    /** Called before it is given to another thread. */
    default void queuedIn(Backlog backlog) {}

    /** Called when the executor refused it; {@link #run} follows. */
    default void rejected() {}
}
