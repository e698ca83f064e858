package io.valise.ipc.nats;

import io.valise.ipc.Event;

/** Events with the numbers 0, 1, 2, …, as the end sees them to which they are sent. Thread-safe. */
final class Ticks {
    private int count; // guarded by this, as what follows is
    private boolean inOrder = true;
    private boolean paused;

    /** Takes one. */
    synchronized void tick(Event event) throws InterruptedException {
        while (paused) {
            wait();
        }
        int number = event.message().getInt("n", 0);
        inOrder &= number == count;
        count = number + 1;
    }

    /** How many there were, and whether in order. */
    synchronized String text() {
        return count + (inOrder ? " in order" : " in disorder");
    }

    /** While it pauses this end takes no events, and soon reads nothing. Returns nothing to say. */
    synchronized String pause(boolean yes) {
        paused = yes;
        notifyAll();
        return "";
    }
}
