package io.valise.ipc.services.objects;

import io.valise.ipc.services.hosting.AppServiceHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/** The program of a service that makes sheets. It adds a line to a file when it starts. */
final class SheetProgram {
    static final String CLASS = "acme.Sheet";

    private SheetProgram() {}

    /** Arguments: the name of the service, and the file. */
    /** When a process began, in which it differs from an earlier one of its id. */
    static String startOf(ProcessHandle process) {
        return process.info().startInstant().map(Object::toString).orElse("unknown");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Files.writeString(
                Path.of(arguments[1]),
                ProcessHandle.current().pid() + " " + startOf(ProcessHandle.current()) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        AppServiceHost.run(
                arguments[0],
                server -> RemoteObjects.exportClass(CLASS, Sheet.class, MemorySheet::new)
                        .addTo(server));
    }

    /** A sheet, which can be reset too. */
    static final class MemorySheet implements Sheet, Resettable {
        private final AtomicLong sum = new AtomicLong();

        @Override
        public long add(long number) {
            return sum.addAndGet(number);
        }

        @Override
        public long process() {
            return ProcessHandle.current().pid();
        }

        @Override
        public void reset() {
            sum.set(0);
        }
    }
}
