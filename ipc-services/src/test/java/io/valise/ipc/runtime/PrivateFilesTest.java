package io.valise.ipc.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.settings.SettingsHive;
import io.valise.ipc.sharedmem.SharedRegion;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the umask, files and sockets that Valise makes are 0600 and folders 0700. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class PrivateFilesTest {
    @ParameterizedTest
    @ValueSource(strings = {"022", "000"})
    void allIsForThisUserAlone(String mask, @TempDir Path folder) throws IOException {
        List<Path> places = List.of(folder.resolve("home"), folder.resolve("config"), folder.resolve("shm"));
        try (ForkedJvm jvm = ForkedJvm.startWithUmask(mask, Program.class)) {
            String kept = jvm.ask("use", places.get(0), places.get(1), places.get(2));
            assertThat(kept).isEqualTo("3");
            TreeSet<String> seen = new TreeSet<>();
            for (Path place : places) {
                try (Stream<Path> files = Files.walk(place)) {
                    files.forEach(file -> seen.add(mode(file) + " " + (Files.isDirectory(file) ? "folder " : "file ")
                            + folder.relativize(file)));
                }
            }
            assertThat(seen)
                    .anyMatch(line -> line.contains("in-use.lock"))
                    .anyMatch(line -> line.contains("loopback/"))
                    .allMatch(line -> line.startsWith("rwx------ folder ") || line.startsWith("rw------- file "));
        }
    }

    private static String mode(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The program that is forked. */
    static final class Program {
        private Program() {}

        /** Makes all kinds of files on command, and keeps them. */
        public static void main(String[] arguments) {
            CommandLoop.run((command, words) -> {
                System.setProperty("valise.home", words.get(0));
                System.setProperty("valise.config", words.get(1));
                Files.createDirectory(
                        Path.of(words.get(2)),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                System.setProperty("valise.shm.directory", words.get(2));
                return use();
            });
        }

        private static String use() {
            IpcServer server = IpcServer.builder("any:private")
                    .service("echo", Request::message)
                    .start();
            List<String> schemes = List.of("shm", "pipe", "loopback");
            for (String scheme : schemes) {
                IpcConnection connection = IpcClient.connect(scheme + ":private");
                connection.request("echo", ValueSet.empty());
            }
            SharedRegion.create("private", 100);
            SettingsHive.open(AppIdentity.open("writer")).put("a", 1);
            return String.valueOf(server.endpoints().stream()
                    .filter(endpoint -> schemes.contains(endpoint.scheme()))
                    .count());
        }
    }
}
