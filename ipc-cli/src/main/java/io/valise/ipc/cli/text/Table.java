package io.valise.ipc.cli.text;

import io.valise.ipc.spi.runtime.ControlCharacters;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of text in columns as wide as their widest cell, within a limit. Not thread-safe. */
public final class Table {
    private static final String GAP = "  ";
    /** A longer cell moves those behind it: a peer must not make every row as long as its longest text. */
    private static final int MOST_WIDTH = 255;

    private final List<List<String>> rows = new ArrayList<>();

    /** Begins with the row of titles; for pairs without titles, with the first one. */
    public Table(String... titles) {
        row(titles);
    }

    /** Adds a row of {@link #printable} texts. */
    public Table row(String... cells) {
        rows.add(Arrays.stream(cells).map(Table::printable).toList());
        return this;
    }

    /**
     * A text on one line, with its control characters and line separators, which a peer or a file may have put there, shown
     * as their number.
     */
    public static String printable(String text) {
        return ControlCharacters.escaped(text);
    }

    /** The lines, without spaces at their ends. */
    public List<String> lines() {
        int[] widths = widths();
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    /** Prints the lines. */
    public void print(PrintWriter out) {
        lines().forEach(out::println);
    }

    private int[] widths() {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.min(MOST_WIDTH, Math.max(widths[i], row.get(i).length()));
            }
        }
        return widths;
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.size(); i++) {
            String cell = row.get(i);
            line.append(i == 0 ? "" : GAP).append(cell).append(" ".repeat(Math.max(0, widths[i] - cell.length())));
        }
        return line.toString().stripTrailing();
    }
}
