package io.valise.ipc.runtime;

import io.valise.ipc.IpcException;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.spi.runtime.Entries;
import io.valise.ipc.spi.runtime.LoopbackRefusal;
import io.valise.ipc.spi.runtime.LoopbackRefusals;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/** A process of an ordinary user, to which file modes apply: uses folders and files, and says what came of it. */
final class UnreadableUser {
    private UnreadableUser() {}

    public static void main(String[] arguments) {
        CommandLoop.run((command, words) -> {
            try {
                return command.equals("make") ? make(Path.of(words.get(0)), words.get(1)) : use(command, words);
            } catch (IpcException e) {
                return e.status() + " " + e.reason();
            }
        });
    }

    /** A folder with a file {@code entry} in it, and a mode. */
    private static String make(Path folder, String mode) throws IOException {
        Files.writeString(Files.createDirectories(folder).resolve("entry"), "x");
        return setMode(folder, mode);
    }

    private static String setMode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        return "made";
    }

    private static String use(String command, List<String> words) throws IOException {
        return switch (command) {
            case "entries" -> Entries.of(Path.of(words.get(0))).toString();
            case "mode" -> setMode(Path.of(words.get(0)), words.get(1));
            case "names" -> UnixSockets.names(Path.of(words.get(0))).toString();
            case "isServed" -> String.valueOf(UnixSockets.isServed(Path.of(words.get(0)), "name"));
            case "folder" -> RuntimeDirectory.current().folder(words.get(0)).toString();
            case "manifest" -> manifest(words.get(0));
            case "manifests" -> ManifestFolder.of("services").names().toString();
            case "watch" -> watch(words.get(0));
            case "clean" -> RuntimeDirectory.current().clean().toString();
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    /** How many refusals a watch is told of beside a file of that name that cannot be written to. */
    private static String watch(String name) throws IOException {
        Path closed = Files.createFile(
                RuntimeDirectory.current().folder("loopback-watch").resolve(name));
        setMode(closed, "r--------");
        try (LoopbackRefusals.Watch watch = LoopbackRefusals.watch()) {
            LoopbackRefusals.tell(LoopbackRefusal.now("loopback:a", "a_0", true, Optional.empty(), "no rule"));
            return String.valueOf(watch.next().size());
        }
    }

    private static String manifest(String name) {
        return ManifestFolder.of("services").read(name).isPresent() ? "present" : "absent";
    }
}
