package io.valise.examples.files;

import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.FileAccessPolicy;
import io.valise.ipc.services.files.SharedFiles;
import java.io.IOException;
import java.nio.file.Path;

/** An application that leaves a report for another program and ends. */
public final class LeaveReport {
    private LeaveReport() {}

    /** Prints the token of the report in a folder. */
    public static void main(String[] arguments) throws IOException {
        System.out.println(leave(Path.of(arguments[0])));
    }

    private static String leave(Path reports) throws IOException {
        SharedFiles files = SharedFiles.durable(AppIdentity.open("acme", "editor"), new FileAccessPolicy(reports));
        return files.add(reports.resolve("may.txt")); // good for 14 days, whether this process runs or not
    }
}
