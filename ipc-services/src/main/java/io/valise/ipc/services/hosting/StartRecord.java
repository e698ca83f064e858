package io.valise.ipc.services.hosting;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.valise.ipc.spi.runtime.LockFile;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.SafeLog;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The process of a service that was started last: its id and, since ids are reused, its start time. Immutable.
 *
 * <p>On Linux that is counted from the start of the system (proc_pid_stat(5), starttime): a {@link
 * ProcessHandle.Info#startInstant} is computed there from what the clock says now, by each JVM for itself, so that two of
 * them disagree about one process after the clock was set. Elsewhere the system keeps the instant itself.
 *
 * @param pid the process
 * @param began when it began, as this system counts; 0 where it does not say
 */
record StartRecord(long pid, long began) {
    static final int MOST_BYTES = 64;

    private static final Pattern FORM = Pattern.compile("(\\d{1,18}) (\\d{1,18})\\s*");
    private static final Path PROCESSES = Path.of("/proc");
    /** Of the fields behind the program's name, which may hold spaces and brackets; the first of them is the third. */
    private static final int START_TIME = 22 - 3;

    static StartRecord of(ProcessHandle process) {
        Path facts = PROCESSES.resolve(Long.toString(process.pid())).resolve("stat");
        long began = Files.isReadable(facts)
                ? ticks(facts)
                : process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        return new StartRecord(process.pid(), began);
    }

    private static long ticks(Path facts) {
        try {
            String text = Files.readString(facts, StandardCharsets.ISO_8859_1);
            String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
            return Long.parseLong(fields[START_TIME]);
        } catch (IOException e) {
            SafeLog.of(StartRecord.class).log(Level.DEBUG, "the process has just ended", e);
            return 0;
        }
    }

    /** Empty when the text is none, such as that of a file just made. */
    static Optional<StartRecord> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new StartRecord(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    String format() {
        return pid + " " + began + "\n";
    }

    /** The process, unless it has ended. */
    Optional<ProcessHandle> running() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> of(process).equals(this));
    }

    /** The lock file of a service. */
    static Path file(String service) {
        return RuntimeDirectory.current().folder(ServiceManifest.FOLDER).resolve(service + ".lock");
    }

    /** Opens the lock file of a service: it is read and written through this alone, which keeps this JVM's locks. */
    static LockFile open(Path file) throws IOException {
        return LockFile.open(file, Set.of(CREATE, READ, WRITE, LinkOption.NOFOLLOW_LINKS));
    }

    static String text(LockFile file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
        file.use(channel -> channel.read(bytes, 0));
        return StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
    }

    /** Notes that this process no longer serves, though it may still run: the next client starts another. */
    static void clearOwn(String service) throws IOException {
        Path path = file(service);
        if (Files.notExists(path)) {
            return;
        }
        try (LockFile file = open(path)) {
            if (parse(text(file)).filter(of(ProcessHandle.current())::equals).isPresent()) {
                file.use(channel -> channel.truncate(0));
            }
        }
    }
}
