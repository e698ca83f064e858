package io.valise.ipc.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.LogManager;

/**
 * How the libraries log while the command runs: not at all, and with {@code --verbose} warnings on standard error, one
 * line each. java.util.logging makes one of these, by its name, when something logs for the first time; until then
 * nothing of it is loaded.
 */
public final class LibraryLogs {
    private static final String CLASS = "java.util.logging.config.class";
    private static final String FILE = "java.util.logging.config.file";
    private static final String LEVEL = "ipc.log.level";
    private static final String FORMAT = "java.util.logging.SimpleFormatter.format";

    /** For java.util.logging. */
    public LibraryLogs() throws IOException {
        String settings =
                "handlers=java.util.logging.ConsoleHandler\n.level=" + System.getProperty(LEVEL, "OFF") + "\n";
        LogManager.getLogManager()
                .readConfiguration(new ByteArrayInputStream(settings.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Sets this for the process, unless the user has configured logging. */
    static void configure(List<String> arguments) {
        setIfAbsent("slf4j.internal.verbosity", "ERROR"); // a missing SLF4J provider need not be reported
        if (System.getProperty(CLASS) == null && System.getProperty(FILE) == null) {
            boolean verbose = arguments.contains("--verbose") || arguments.contains("-v");
            System.setProperty(CLASS, LibraryLogs.class.getName());
            setIfAbsent(LEVEL, verbose ? "WARNING" : "OFF");
            setIfAbsent(FORMAT, "%4$s %3$s: %5$s%n");
        }
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
