package io.valise.ipc.internal.session;

import io.valise.ipc.WaitStrategy;
import io.valise.ipc.internal.call.OutgoingCalls;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.channel.Lifecycle;
import io.valise.ipc.internal.work.RunQueue;
import io.valise.ipc.internal.work.TaskRunner;
import io.valise.ipc.spi.Link;
import java.util.function.Consumer;

/**
 * Reads a connection's link, by the thread that is best placed: without a hop from thread to thread on the way of a
 * message, and without letting a blocked handler hold up the rest. {@link ReadRight} says which thread reads; three
 * policies take the right and give it up:
 *
 * <ul>
 *   <li>{@link CallerReading}: a thread that waits for a reply polls the link itself; frames for others it passes on. Of
 *       several such threads one reads and the others park; when its reply has come it wakes the next.
 *   <li>{@link BackgroundReading}: a thread of the library reads while no caller does.
 *   <li>{@link FutureReading}: a thread that waits for a future reads while that pays; then it sleeps as any thread that
 *       waits for a future, and a background reader completes the future.
 * </ul>
 *
 * <p>While a handler runs, the right may be taken over: at once by a caller, after about a millisecond by the
 * {@link ReadWatch} for a background reader. A caller that leaves does not wake a background reader, for the next call
 * would only have to push it aside: the watch starts one when no thread has read for some milliseconds.
 */
final class Reader {
    /** While frames come, a thread that waits checks its deadline and its interrupt once in so many polls. */
    static final int POLLS_PER_CHECK = 64;

    final Object connection;
    final Link link;
    final TaskRunner tasks;
    final Spinner spinner;
    final ReadRight right = new ReadRight();
    final ReadWatch watch;
    final FramePoller poller;
    final BackgroundReading background;
    final CallerReading callers;
    final FutureReading futures;
    final Lifecycle lifecycle;
    final Consumer<Throwable> readingFailed;

    /**
     * @param connection whose link it is, for the log
     * @param server whether this is the end that accepted the connection
     * @param peerEnded ends the connection, whose link has ended in good order
     * @param readingFailed ends the connection, whose link broke or brought what is not valid
     */
    Reader(
            Object connection,
            Link link,
            FrameReceiver receiver,
            FrameSender sender,
            OutgoingCalls calls,
            TaskRunner tasks,
            Lifecycle lifecycle,
            WaitStrategy strategy,
            boolean server,
            Runnable peerEnded,
            Consumer<Throwable> readingFailed) {
        this.connection = connection;
        this.link = link;
        this.tasks = tasks;
        this.lifecycle = lifecycle;
        this.readingFailed = readingFailed;
        this.spinner = new Spinner(strategy);
        this.watch = new ReadWatch(
                connection, right, lifecycle::isEnded, this::launchBackground, this::expectFrames, RunQueue::isCrowded);
        this.poller = new FramePoller(link, receiver, sender, tasks, right, watch, spinner, peerEnded, readingFailed);
        this.background = new BackgroundReading(this, calls, server);
        this.callers = new CallerReading(this, calls);
        this.futures = new FutureReading(this, sender, server);
    }

    private void launchBackground(long turn) {
        background.launch(turn);
    }

    private void expectFrames() {
        futures.expectFrames();
    }
}
