package io.valise.examples.files;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client that asks for a report and reads it. */
public final class ReportReader {
    private ReportReader() {}

    /** Prints the reports of these names, and what happens when a token is used again. */
    public static void main(String[] names) throws IOException {
        try (IpcConnection connection = IpcClient.builder("any:reports")
                .startIfAbsent(true)
                .connectTimeout(Duration.ofSeconds(20))
                .connect()) {
            for (String name : names) {
                read(connection, name);
            }
        } catch (IpcException e) {
            System.out.println(e.status());
        }
    }

    private static void read(IpcConnection connection, String name) throws IOException {
        String token = connection.request("report", ValueSet.of("name", name)).getString("token");
        try (SharedFile file = SharedFiles.redeem(connection, token)) {
            file.onProgress((bytes, total) -> System.out.println(bytes + " of " + total + " bytes"));
            System.out.println(new String(file.readAll(), StandardCharsets.UTF_8));
        }
        try {
            SharedFiles.redeem(connection, token).close();
        } catch (IpcException e) {
            System.out.println("a token works once: " + e.status());
        }
    }
}
