package io.valise.ipc.runtime;

import io.valise.ipc.runtime.IpcRuntime.Option;
import io.valise.ipc.spi.runtime.RuntimeDirectory;
import io.valise.ipc.testkit.process.CommandLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** A process that initialises the runtime as it is told, and says what it did without being told. */
final class RuntimeUser {
    private RuntimeUser() {}

    public static void main(String[] arguments) {
        CommandLoop.run(RuntimeUser::run);
    }

    private static String leave(String file) {
        try {
            return Files.writeString(RuntimeDirectory.current().folder("left").resolve(file), "x")
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String noop() {
        System.setProperty("valise.runtime.provided", "a container");
        try (IpcRuntime runtime =
                IpcRuntime.initialize(VersionRange.any(), Set.of(IpcRuntime.Option.ON_PACKAGE_IDENTITY_NOOP))) {
            return runtime.findings().api().toString();
        } finally {
            System.clearProperty("valise.runtime.provided");
        }
    }

    /** Asks for the users of a version until a file is there. */
    private static String watch(Version version, Path stop) {
        while (Files.notExists(stop)) {
            InstalledRuntimes.ofThisUser().users(version);
            LockSupport.parkNanos(1_000_000);
        }
        return "watched";
    }

    private static String run(String command, List<String> words) {
        return switch (command) {
            case "initialize" ->
                IpcRuntime.initialize(VersionRange.parse(words.get(0)), Set.of(Option.NONE))
                        .version()
                        .map(Object::toString)
                        .orElse("?");
            case "failFast" ->
                IpcRuntime.tryInitialize(VersionRange.parse(words.get(0)), Set.of(Option.ON_ERROR_FAIL_FAST))
                        .message();
            case "install" ->
                InstalledRuntimes.ofThisUser().install(Path.of(words.get(0))).toString();
            case "hold" ->
                InstalledRuntimes.ofThisUser()
                        .hold(VersionRange.parse(words.get(0)))
                        .orElseThrow()
                        .part()
                        .version()
                        .toString();
            case "watch" -> watch(Version.parse(words.get(0)), Path.of(words.get(1)));
            case "ensure" -> {
                IpcRuntime.ensure();
                yield "went on";
            }
            case "debugBreak" ->
                IpcRuntime.tryInitialize(VersionRange.parse("[9,)"), Set.of(Option.valueOf(words.get(0))))
                        .status()
                        .toString();
            case "leave" -> leave(words.get(0));
            case "initializeAndClose" -> {
                IpcRuntime.initialize(VersionRange.any(), Set.of()).close();
                yield "closed";
            }
            case "noMatch" ->
                IpcRuntime.tryInitialize(VersionRange.parse("[9,)"), Set.of()).message();
            case "noop" -> noop();
            default -> IpcRuntime.cleanUp().toString();
        };
    }
}
