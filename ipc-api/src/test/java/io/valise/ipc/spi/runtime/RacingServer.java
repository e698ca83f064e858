package io.valise.ipc.spi.runtime;

import io.valise.ipc.IpcException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Tries to serve each name it reads, and keeps what it won. */
final class RacingServer {
    private RacingServer() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String name = in.readLine(); name != null; name = in.readLine()) {
            System.out.println(race(folder, name));
        }
    }

    @SuppressWarnings("resource") // A winner serves until it is killed.
    private static String race(Path folder, String name) {
        try {
            UnixSockets.listen(folder, name, channel -> {});
            return "won";
        } catch (IpcException e) {
            return e.status().name();
        }
    }
}
