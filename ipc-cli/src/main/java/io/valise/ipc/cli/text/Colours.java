package io.valise.ipc.cli.text;

/** The few colours of the command, or none. Immutable. */
public enum Colours {
    /** For a terminal. */
    ANSI,
    /** For files, pipes, and users that set NO_COLOR (no-color.org). */
    NONE;

    /** The colours for standard output of this process. */
    public static Colours ofThisProcess() {
        String term = System.getenv("TERM");
        boolean wanted = System.getenv("NO_COLOR") == null && !"dumb".equals(term);
        return wanted && Terminal.isInteractive() ? ANSI : NONE;
    }

    /** For success. */
    public String good(String text) {
        return paint("32", text);
    }

    /** For failures. */
    public String bad(String text) {
        return paint("31", text);
    }

    /** For warnings. */
    public String warning(String text) {
        return paint("33", text);
    }

    /** For a heading. */
    public String strong(String text) {
        return paint("1", text);
    }

    private String paint(String code, String text) {
        return this == ANSI ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
