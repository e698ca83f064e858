package io.valise.ipc.services.process;

import io.valise.ipc.spi.runtime.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The last lines that a program wrote, from its output or from a log. Keeps a few thousand characters at most, with or
 * without line breaks. Thread-safe.
 */
public final class LastLines {
    private static final int MOST = 10;
    private static final int MOST_BYTES = 8192;
    private static final int MOST_CHARACTERS = 500;

    /** Guarded by itself. */
    private final Deque<String> lines = new ArrayDeque<>();

    private final Thread reader;

    private LastLines(InputStream output) {
        reader = Threads.daemon("valise-last-lines", () -> read(output));
    }

    /** Reads the output of a process, so that the process never waits for a reader, and keeps the end. */
    public static LastLines of(Process process) {
        LastLines lines = new LastLines(process.getInputStream());
        Threads.start(lines.reader);
        return lines;
    }

    /** The last lines of a log, or the reason why it cannot be read. */
    public static String of(Path log) {
        if (Files.notExists(log)) {
            return said(List.of()); // an empty log is deleted
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - MOST_BYTES));
            byte[] end = new byte[(int) Math.min(MOST_BYTES, file.length())];
            file.readFully(end);
            List<String> all = new String(end, StandardCharsets.UTF_8).lines().toList();
            return said(all.subList(Math.max(0, all.size() - MOST), all.size()));
        } catch (IOException e) {
            return "; what it said cannot be read: " + e;
        }
    }

    /** The last lines, once the process has ended. */
    public String atEnd() {
        try {
            reader.join(1000); // a grandchild may keep the output open
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (lines) {
            return said(List.copyOf(lines));
        }
    }

    private static String said(List<String> lines) {
        return lines.isEmpty() ? "; it said nothing" : "; it said last: " + String.join(" | ", lines);
    }

    private void read(InputStream output) {
        StringBuilder line = new StringBuilder();
        try (Reader text = new InputStreamReader(output, StandardCharsets.UTF_8)) {
            char[] some = new char[MOST_BYTES];
            for (int count = text.read(some); count >= 0; count = text.read(some)) {
                take(some, count, line);
            }
            keepUnlessEmpty(line);
        } catch (IOException e) {
            keepUnlessEmpty(line);
            keep("(its output broke off: " + e.getMessage() + ')'); // it was killed while it wrote
        }
    }

    /** Reads and drops the rest of a line beyond its limit: the program must not block, and may never end its line. */
    private void take(char[] some, int count, StringBuilder line) {
        for (int i = 0; i < count; i++) {
            if (some[i] == '\n') {
                keep(line.toString());
                line.setLength(0);
            } else if (line.length() < MOST_CHARACTERS) {
                line.append(some[i]);
            } else if (line.length() == MOST_CHARACTERS) {
                line.append('…');
            }
        }
    }

    private void keepUnlessEmpty(StringBuilder line) {
        if (!line.isEmpty()) {
            keep(line.toString());
        }
    }

    private void keep(String line) {
        synchronized (lines) {
            lines.add(line.stripTrailing()); // without the CR of Windows
            if (lines.size() > MOST) {
                lines.remove();
            }
        }
    }
}
