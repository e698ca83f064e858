package io.valise.ipc.cli.text;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/** The progress of a transfer, on one line that is rewritten. For one thread at a time. */
public final class ProgressBar {
    private static final int WIDTH = 30;
    private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(100);

    private final PrintWriter out;
    private final long begun;
    private long shown;

    /** A bar that begins at a point in time by {@link System#nanoTime()}. */
    public ProgressBar(PrintWriter out, long nanoTime) {
        this.out = out;
        this.begun = nanoTime;
        this.shown = nanoTime - EVERY;
    }

    /** Shows how many of all bytes have arrived, unless the line was rewritten a moment ago. */
    public void show(long bytes, long total, long nanoTime) {
        if (nanoTime - shown >= EVERY || bytes >= total) {
            shown = nanoTime;
            out.print("\r" + line(bytes, total, nanoTime - begun));
            out.flush();
        }
    }

    /** Ends the line. */
    public void end() {
        out.println();
    }

    static String line(long bytes, long total, long nanos) {
        double part = total <= 0 ? 1 : Math.min(1, (double) bytes / total);
        int full = (int) (part * WIDTH);
        double seconds = Math.max(1e-9, nanos / 1e9);
        return "[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " + (int) (part * 100) + " %  "
                + Amounts.bytes(bytes) + " of " + Amounts.bytes(total) + ", " + Amounts.bytes((long) (bytes / seconds))
                + "/s   ";
    }
}
