package io.valise.ipc.internal.session;

import static io.valise.ipc.internal.session.ReadRight.NONE;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.call.EndedCalls;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.work.Context;
import io.valise.ipc.internal.work.Task;
import io.valise.ipc.internal.work.TaskRunner;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.runtime.SafeLog;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Polls the link and does what the frames ask for: the part of reading that is the same whichever thread reads. Used by the
 * holder of the {@link ReadRight}; what may take long is done in phase {@link ReadRight#HANDLING}, in which another thread
 * may take over.
 */
final class FramePoller {
    private static final Logger LOG = SafeLog.of("io.valise.ipc");
    private static final int FRAMES_PER_POLL = 64;

    private final Link link;
    private final FrameReceiver receiver;
    private final FrameSender sender;
    private final TaskRunner tasks;
    private final Context context;
    private final ReadRight right;
    private final ReadWatch watch;
    private final Spinner spinner;
    private final Runnable peerEnded;
    private final Consumer<Throwable> readingFailed;

    /** Whether the last poll found a frame; belongs to the holder of the right. */
    private boolean progressed;

    /**
     * @param peerEnded ends the connection, whose link has ended in good order
     * @param readingFailed ends the connection, whose link broke or brought what is not valid
     */
    FramePoller(
            Link link,
            FrameReceiver receiver,
            FrameSender sender,
            TaskRunner tasks,
            ReadRight right,
            ReadWatch watch,
            Spinner spinner,
            Runnable peerEnded,
            Consumer<Throwable> readingFailed) {
        this.link = link;
        this.receiver = receiver;
        this.sender = sender;
        this.tasks = tasks;
        this.context = tasks.context();
        this.right = right;
        this.watch = watch;
        this.spinner = spinner;
        this.peerEnded = peerEnded;
        this.readingFailed = readingFailed;
    }

    /** Whether the last poll found a frame. For the holder of the right. */
    boolean progressed() {
        return progressed;
    }

    /**
     * Polls once and does what the frames ask for.
     *
     * @param asCaller whether the calling thread waits for a reply: it runs no code of the application
     * @param gathers whether several replies may be taken together, see {@link FrameReceiver#gathers}
     * @return the turn under which to go on, or {@link ReadRight#NONE} when another thread took over
     */
    long poll(long turn, boolean asCaller, boolean gathers) {
        receiver.gathers(gathers);
        Throwable broken = pollLink();
        if (progressed || broken != null) {
            spinner.leave(); // what follows may take long, or fail
        }
        Task task = receiver.takeTask();
        if (broken != null) {
            // What was read before is valid, but no thread may take over and read on.
            if (task != null) {
                tasks.runOnExecutor(task);
                Task rest = restOf(task);
                if (rest != null) {
                    tasks.runOnExecutor(rest);
                }
            }
            readingFailed.accept(broken);
            return turn;
        }
        return task == null ? turn : performAll(task, turn, asCaller);
    }

    /** Returns why the link cannot be read any more. */
    private @Nullable Throwable pollLink() {
        boolean foundSome = progressed;
        progressed = false;
        if (foundSome && link.isDrained()) {
            return null;
        }
        try {
            int frames = link.poll(receiver, FRAMES_PER_POLL);
            progressed = frames > 0;
            if (frames == Link.END) {
                peerEnded.run();
            }
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }

    private long performAll(Task task, long turn, boolean asCaller) {
        long mine = perform(task, turn, asCaller);
        Task rest = restOf(task);
        if (rest == null) {
            return mine;
        } else if (mine == NONE) { // the thread that reads now cannot know of it
            tasks.runOnExecutor(rest);
            return NONE;
        }
        return perform(rest, mine, asCaller);
    }

    private static @Nullable Task restOf(Task task) {
        return task instanceof EndedCalls calls ? calls.takeRest() : null;
    }

    private long perform(Task task, long turn, boolean asCaller) {
        // An executor of the application may run the task on this thread: another may take over then too.
        long mine = right.beginHandling(task, turn);
        watch.watch();
        if (!task.needsOtherThread(asCaller) || !tasks.tryRunOnExecutor(task)) {
            run(task);
        }
        if (!asCaller) {
            Thread.interrupted(); // a handler's interrupt must not keep this thread from sleeping
        }
        if (right.endHandling(mine)) {
            return mine;
        }
        flushFully(); // the thread that reads now cannot know of the reply that the handler left unflushed
        return NONE;
    }

    private void run(Task task) {
        try {
            context.run(task, true);
        } catch (Throwable e) { // nothing that the application's code throws may end the reader
            LOG.log(Level.ERROR, "a task failed", e);
            task.overtaken(); // by no thread, but the part that did not run must be done
        }
    }

    /** Flushes what was sent, by a thread that may wait for the peer. Returns like {@link #poll}. */
    long flush(long turn) {
        if (!sender.isUnflushed() || flushNow()) {
            return turn;
        }
        long mine = right.beginHandling(null, turn);
        watch.watch();
        flushFully();
        return right.endHandling(mine) ? mine : NONE;
    }

    /** Flushes what was sent, without waiting on this thread. */
    void flushOrDelegate() {
        if (!flushNow()) {
            sender.flushSoon();
        }
    }

    /**
     * Flushes as much as the peer's buffer takes; false when something is left. A peer that takes nothing any more may have
     * said why: reading finds its GOAWAY or the end.
     */
    private boolean flushNow() {
        try {
            return sender.flush();
        } catch (IpcException e) {
            sender.failed(e);
        } catch (RuntimeException | Error e) { // the medium broke, or was closed meanwhile
            readingFailed.accept(e);
        }
        return true;
    }

    /** Flushes; waits while the peer's buffer is full: not by a thread that alone may read. */
    void flushFully() {
        try {
            sender.flushFully();
        } catch (IpcException e) {
            if (e.status() == IpcStatus.CANCELLED) { // by an interrupt: another thread goes on
                sender.flushSoon();
            } else {
                sender.failed(e);
            }
        }
    }
}
