package io.valise.examples.files;

import io.valise.ipc.IpcException;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import java.io.IOException;
import java.nio.file.Path;

/** A program that takes the report that {@link LeaveReport} has left. */
public final class TakeReport {
    private TakeReport() {}

    /** Copies the file of a token. */
    public static void main(String[] arguments) throws IOException {
        try {
            take(arguments[0], Path.of(arguments[1]));
            System.out.println("copied");
        } catch (IpcException e) {
            System.out.println(e.status());
        }
    }

    private static void take(String token, Path copy) throws IOException {
        try (SharedFile file = SharedFiles.redeem(token)) {
            file.copyTo(copy);
        }
    }
}
