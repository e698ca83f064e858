package io.valise.ipc.runtime;

import io.valise.ipc.IpcException;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.spi.runtime.Entries;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.spi.runtime.UnixSockets;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

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
            case "clean" -> RuntimeDirectory.current().clean().toString();
            default -> throw new IllegalArgumentException("no command: actual=" + command);
        };
    }

    private static String manifest(String name) {
        return ManifestFolder.of("services").read(name).isPresent() ? "present" : "absent";
    }
}
