package io.valise.ipc.cli.text;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The standard streams of this process. Stateless. */
public final class Terminal {
    private Terminal() {}

    /** Whether input and output are a terminal. */
    @SuppressWarnings("SystemConsoleNull") // with the property below it is null where there is no terminal
    public static boolean isInteractive() {
        // Java 22 and newer have a console without a terminal, unless told to use the older one.
        if (System.getProperty("jdk.console") == null) {
            System.setProperty("jdk.console", "java.base");
        }
        return System.console() != null;
    }

    /** Whether standard error is a terminal; known on Linux only, false elsewhere. */
    public static boolean errorsAreShown() {
        try {
            Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/2"));
            return target.toString().matches("/dev/(pts/\\d+|tty.*|console)");
        } catch (IOException | UnsupportedOperationException e) {
            return false; // not Linux: unknown
        }
    }

    /** Standard output in UTF-8, as JSON must be; on Windows in the console's own encoding. Flushed at each line's end. */
    public static PrintWriter output() {
        return writer(FileDescriptor.out, "stdout.encoding");
    }

    /** Standard error likewise. */
    public static PrintWriter errors() {
        return writer(FileDescriptor.err, "stderr.encoding");
    }

    private static PrintWriter writer(FileDescriptor descriptor, String property) {
        PrintStream stream = new PrintStream(new FileOutputStream(descriptor), true, charset(property));
        return new PrintWriter(stream, true, charset(property));
    }

    private static Charset charset(String property) {
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        String name = windows ? System.getProperty(property, "UTF-8") : "UTF-8";
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    }
}
