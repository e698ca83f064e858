package io.valise.ipc.services.hosting;

import io.valise.ipc.spi.runtime.RuntimeDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which process of a service was started last: its id and, as ids are given anew, when it began. Immutable.
 *
 * @param pid the process
 * @param beganMillis milliseconds since 1970; 0 where the system does not say
 */
record StartRecord(long pid, long beganMillis) {
    static final int MOST_BYTES = 64;

    private static final Pattern FORM = Pattern.compile("(\\d{1,18}) (\\d{1,18})\\s*");

    static StartRecord of(ProcessHandle process) {
        return new StartRecord(
                process.pid(),
                process.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
    }

    /** Empty when the text is none, such as that of a file just made. */
    static Optional<StartRecord> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new StartRecord(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    String format() {
        return pid + " " + beganMillis + "\n";
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

    /** This process serves no more, though it may run on: whoever wants the service starts another. */
    static void clearOwn(String service) throws IOException {
        Path file = file(service);
        if (Files.exists(file)
                && parse(Files.readString(file))
                        .filter(of(ProcessHandle.current())::equals)
                        .isPresent()) {
            Files.writeString(file, "");
        }
    }
}
