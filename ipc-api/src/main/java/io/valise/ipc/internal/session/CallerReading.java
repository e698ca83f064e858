package io.valise.ipc.internal.session;

import static io.valise.ipc.internal.session.ReadRight.CALLER_SLEEPING;
import static io.valise.ipc.internal.session.ReadRight.FREE;
import static io.valise.ipc.internal.session.ReadRight.NONE;
import static io.valise.ipc.internal.session.ReadRight.READING;
import static io.valise.ipc.internal.session.ReadRight.SLEEPING;

import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.internal.call.OutgoingCalls;
import io.valise.ipc.internal.call.SyncCall;
import io.valise.ipc.internal.work.Shortage;
import io.valise.ipc.spi.runtime.Threads;

/**
 * Reading by a thread that waits for a reply of its own. A virtual thread polls for a moment, then has a thread of the
 * library read for it: asleep in the kernel it would keep other virtual threads from its processor, and while it waited for
 * a processor itself it would keep others from reading. Thread-safe.
 */
final class CallerReading {
    private final Reader reader;
    private final OutgoingCalls calls;
    private final ReadRight right;
    private final Shortage.Wait wait;

    CallerReading(Reader reader, OutgoingCalls calls) {
        this.reader = reader;
        this.calls = calls;
        this.right = reader.right;
        this.wait = reader.link::await;
    }

    /** Waits for a call to end, and reads meanwhile if no other thread does. */
    ValueSet await(SyncCall call) {
        try {
            while (!call.isDone()) {
                long turn = take();
                if (turn == NONE) {
                    waitForTurn(call);
                } else {
                    readFor(call, turn);
                }
            }
        } finally {
            reader.background.passOn();
        }
        return call.result();
    }

    private long take() {
        long seen = right.snapshot();
        int phase = ReadRight.phaseOf(seen);
        if (!ReadRight.isOpenToCallers(phase)) {
            return NONE;
        }
        long turn = right.takeOver(seen);
        if (turn != NONE && phase == SLEEPING) {
            reader.link.wake();
        }
        return turn;
    }

    private void waitForTurn(SyncCall call) {
        right.enqueue(call);
        call.prepareToPark();
        try { // one that stayed in the queue would be woken in place of those behind it
            while (!call.isDone() && !ReadRight.isOpenToCallers(right.phase()) && !givesUp(call)) {
                call.park();
            }
        } finally {
            call.unprepare();
            right.dequeue(call);
        }
    }

    private void readFor(SyncCall call, long turn) {
        boolean virtual = Threads.isVirtual();
        Spinner spinner = reader.spinner;
        spinner.stop();
        long mine = turn;
        for (int polls = 1; mine != NONE && !call.isDone(); polls++) {
            mine = reader.poller.poll(mine, true, false);
            if (mine == NONE || call.isDone()) {
                break;
            }
            if (reader.poller.progressed()) {
                spinner.found();
                if (polls % Reader.POLLS_PER_CHECK == 0) {
                    givesUp(call);
                }
            } else if (virtual && !spinner.lookAgainClosely()) {
                readElsewhere(call, mine);
                return;
            } else if (!virtual && !spinner.lookAgain()) {
                sleepFor(call, mine);
            } else if (spinner.clockTicked()) {
                givesUp(call);
            }
        }
        if (mine != NONE) {
            if (reader.poller.progressed()) {
                spinner.found();
            } else { // the call was given up, or the connection has ended
                spinner.stop();
            }
            right.leaveTo(FREE, mine);
        }
    }

    private void sleepFor(SyncCall call, long turn) {
        if (givesUp(call)) {
            return;
        }
        reader.poller.flushOrDelegate();
        right.leaveTo(CALLER_SLEEPING, turn);
        try {
            Shortage.await(wait, Math.max(1, call.deadline() - System.nanoTime()));
        } catch (RuntimeException | Error e) { // the medium broke, or was closed meanwhile
            reader.readingFailed.accept(e);
        }
        right.leaveTo(READING, turn);
    }

    /**
     * Has a platform thread go on reading under this turn, and waits for the call to end. A virtual thread that held the
     * right while it waits for a processor would keep all others of the connection waiting too.
     */
    private void readElsewhere(SyncCall call, long turn) {
        call.prepareToPark();
        reader.background.launch(() -> readInstead(call, turn), turn);
        try {
            while (!call.isDone() && !givesUp(call)) {
                call.park();
            }
        } finally {
            call.unprepare();
        }
    }

    /** A call that was given up meanwhile is read for until the next frame: for the others that wait that is no loss. */
    private void readInstead(SyncCall call, long turn) {
        readFor(call, turn);
        reader.background.passOn();
    }

    /** Ends the call if its time is up or its thread was interrupted. */
    private boolean givesUp(SyncCall call) {
        if (call.isAwaitedElsewhere()) {
            Thread.interrupted(); // of a thread of the library: it concerns no call, and would keep it from sleeping
        } else if (Thread.currentThread().isInterrupted()) {
            calls.giveUp(call.id(), IpcStatus.CANCELLED);
            return true;
        }
        if (call.isOverdue(System.nanoTime())) {
            calls.giveUp(call.id(), IpcStatus.TIMEOUT);
            return true;
        }
        return false;
    }
}
