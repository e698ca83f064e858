package io.valise.ipc.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.InFullRun;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bundles of jars without classes: what is installed, and that it is whole. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class InstalledRuntimesTest {
    private static final VersionRange ANY_API = VersionRange.any();
    private static final String MANIFEST = "Manifest-Version: 1.0\r\nValise-Runtime-Version: 1.2\r\n"
            + "Valise-Runtime-Api: [0.2,0.3)\r\n\r\nName: lib/a.jar\r\nSHA-256-Digest: ";
    private static final String API_CLASS = "io/valise/ipc/IpcServer.class";

    private final InstalledRuntimes installed = InstalledRuntimes.ofThisUser();

    @TempDir
    Path temp;

    @BeforeEach
    void moveIn() {
        System.setProperty(
                TestHome.CONFIGURATION_PROPERTY, temp.resolve("config").toString());
    }

    @AfterEach
    void moveOut() {
        TestHome.restoreConfiguration();
    }

    private Path bundle(String version, String api, int... jarBytes) throws IOException {
        return bundle(version, api, jars(version, jarBytes));
    }

    private Path bundle(String version, String api, List<Path> jars) throws IOException {
        Path bundle = temp.resolve("bundle-" + version + "-" + jars.size() + ".jar");
        RuntimeBundle.write(bundle, Version.parse(version), VersionRange.parse(api), jars);
        return bundle;
    }

    private List<Path> jars(String version, int... jarBytes) throws IOException {
        List<Path> jars = new ArrayList<>();
        for (int i = 0; i < jarBytes.length; i++) {
            Path jar = Files.createDirectories(temp.resolve("jars-" + version)).resolve("part" + i + ".jar");
            byte[] content = new byte[jarBytes[i]];
            new Random(i).nextBytes(content);
            zip(jar, Map.of("content", content));
            jars.add(jar);
        }
        return jars;
    }

    private static void zip(Path file, Map<String, byte[]> entries) throws IOException {
        Files.write(file, zip(entries));
    }

    private static byte[] zip(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                ZipEntry named = new ZipEntry(entry.getKey());
                named.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0)); // the same each time
                zip.putNextEntry(named);
                zip.write(entry.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private List<String> versions() {
        return installed.list().stream().map(part -> part.version().toString()).toList();
    }

    @Test
    void versionsAreInstalledSideBySideAndTheLatestThatFitsIsFound() throws Exception {
        assertThat(installed.list()).isEmpty();
        assertThat(installed.path()).as("reading creates nothing").doesNotExist();
        installed.install(bundle("1.2", "[0.2,0.3)", 10));
        installed.install(bundle("1.10", "[0.2,0.3)", 10, 20));
        installed.install(bundle("1.11", "[0.3,0.4)", 10));
        installed.install(bundle("2.0", "[0.2,0.3)", 10));

        assertThat(versions()).containsExactly("2.0", "1.11", "1.10", "1.2");
        assertThat(installed.list().get(2).jars()).containsExactly("part0.jar", "part1.jar");
        assertThat(found("[1.2,2)")).as("1.11 is for another ipc-api").isEqualTo("1.10");
        assertThat(found("[1.2,1.10)")).isEqualTo("1.2");
        assertThat(found("1")).isEqualTo("2.0");
        assertThat(found("[3,)")).isEqualTo("none");
        assertThat(installed.remove(Version.parse("1.10"))).isTrue();
        assertThat(installed.remove(Version.parse("1.10"))).isFalse();
        assertThat(installed.remove(Version.parse("7/../1.2"))).isFalse();
        assertThat(versions()).containsExactly("2.0", "1.11", "1.2");
    }

    private String found(String range) {
        return installed
                .find(VersionRange.parse(range))
                .map(part -> part.version().toString())
                .orElse("none");
    }

    @Test
    void aVersionThatIsThereIsLeftUnlessItsJarsDiffer() throws Exception {
        Path first = bundle("1.2", "[0.2,0.3)", 10);
        InstalledRuntime part = installed.install(first);
        assertThat(installed.install(first)).isEqualTo(part);
        assertThatThrownBy(() -> installed.install(bundle("1.2", "[0.2,0.3)", 10, 10)))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ADDRESS_IN_USE))
                .hasMessageContaining("run-time part 1.2: installed already at " + part.folder())
                .hasMessageContaining("`ipc runtime remove 1.2` first");
        assertThat(installed.list()).containsExactly(part);
    }

    @Test
    void theSameJarsMakeTheSameBundle() throws Exception {
        List<Path> jars = jars("1.2", 10, 20);
        byte[] bytes = Files.readAllBytes(bundle("1.2", "[0.2,0.3)", jars));
        for (Path jar : jars) {
            Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
        }
        assertThat(Files.readAllBytes(bundle("1.2", "[0.2,0.3)", jars))).isEqualTo(bytes);
    }

    @Test
    void whatHasTheNameOfABundleIsReplacedUnlessItIsADirectory() throws Exception {
        Path first = bundle("1.2", "[0.2,0.3)", 10);
        byte[] bytes = Files.readAllBytes(first);
        Files.writeString(first, "an old one");
        assertThat(Files.readAllBytes(bundle("1.2", "[0.2,0.3)", 10))).isEqualTo(bytes);
        Files.delete(first);
        Files.createDirectory(first);
        assertThatThrownBy(() -> bundle("1.2", "[0.2,0.3)", 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected the name of a file, actual=a directory: " + first);
        assertThat(first).isEmptyDirectory();
        assertThat(temp).isDirectoryNotContaining(file -> file.toString().endsWith(".draft"));
    }

    /** Each has what is wrong, and nothing is installed. */
    @ParameterizedTest
    @CsvSource({
        "text, zip END header not found",
        "no manifest, no META-INF/MANIFEST.MF",
        "another jar, no Valise-Runtime-Version",
        "malformed manifest, invalid header",
        "no jars, 'jars: limit=1 to 500, actual=0'",
        "bad version, version: expected a digit",
        "bad range, version range: expected",
        "outside, 'expected names such as lib/name.jar, actual=\"lib/../../a.jar\"'",
        "no digest, lib/a.jar: no SHA-256-Digest",
        "wrong digest, 'lib/a.jar: SHA-256 expected=AAAA, actual=47DEQ'",
        "missing jar, 'in the manifest, but not there: lib/a.jar'",
        "one more jar, '\"lib/b.jar\" is there, but not in the manifest'",
        "no jar, lib/a.jar is no jar: zip",
        "the api, lib/a.jar has the classes of ipc-api"
    })
    void aBundleThatIsDamagedIsRefusedAndLeavesNothing(String what, String message) throws Exception {
        Path bundle = temp.resolve("bad.jar");
        if (what.equals("text")) {
            Files.writeString(bundle, "no bundle");
        } else {
            zip(bundle, entries(what));
        }
        assertThatThrownBy(() -> installed.install(bundle))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                .hasMessageContaining("bundle " + bundle + ": ")
                .hasMessageContaining(message)
                .hasMessageContaining("get or make it again");
        assertThat(installed.list()).isEmpty();
        assertThat(installed.path().resolve(".changes")).doesNotExist();
    }

    private static Map<String, byte[]> entries(String what) throws IOException {
        Map<String, byte[]> entries = new HashMap<>();
        byte[] jar = what.equals("the api") ? zip(Map.of(API_CLASS, new byte[0])) : new byte[0];
        String digest = Sha256.of(new ByteArrayInputStream(jar)) + "\r\n\r\n";
        String manifest = switch (what) {
            case "another jar" -> "Manifest-Version: 1.0\r\n\r\nName: lib/a.jar\r\nSHA-256-Digest: " + digest;
            case "malformed manifest" -> "no header\r\n";
            case "no jars" -> MANIFEST.substring(0, MANIFEST.indexOf("Name: "));
            case "bad version" -> MANIFEST.replace("1.2", "../1.2") + digest;
            case "bad range" -> MANIFEST.replace("[0.2,0.3)", "[0.1") + digest;
            case "outside" -> MANIFEST.replace("lib/a.jar", "lib/../../a.jar") + digest;
            case "no digest" -> MANIFEST.replace("SHA-256-Digest: ", "X: x\r\n\r\n");
            case "wrong digest" -> MANIFEST + "AAAA\r\n\r\n";
            default -> MANIFEST + digest;
        };
        if (!what.equals("no manifest")) {
            entries.put(RuntimeManifest.FILE, manifest.getBytes(StandardCharsets.US_ASCII));
        }
        if (!what.equals("missing jar")) {
            entries.put("lib/a.jar", jar);
        }
        if (what.equals("one more jar")) {
            entries.put("lib/b.jar", new byte[0]);
        }
        return entries;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 20_000})
    void aBundleThatWasCutOffIsRefused(int lost) throws Exception {
        Path bundle = bundle("1.2", "[0.2,0.3)", 30_000);
        byte[] whole = Files.readAllBytes(bundle);
        Files.write(bundle, Arrays.copyOf(whole, whole.length - lost));
        assertThatThrownBy(() -> installed.install(bundle))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR));
        assertThat(installed.list()).isEmpty();
    }

    @Test
    void whatIsDamagedAfterwardsIsToldAndCanBeRemoved() throws Exception {
        InstalledRuntime part = installed.install(bundle("1.2", "[0.2,0.3)", 10, 20));
        part.verify();
        Path jar = part.folder().resolve("lib/part1.jar");
        byte[] content = Files.readAllBytes(jar);
        content[content.length / 2]++;
        Files.write(jar, content);
        assertThatThrownBy(part::verify)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                .hasMessageContaining("lib/part1.jar: SHA-256 expected=")
                .hasMessageContaining("`ipc runtime remove 1.2`, then install it again");
        Files.delete(jar);
        assertThatThrownBy(part::verify).hasMessageContaining("lib/part1.jar is missing");
        Files.delete(part.folder().resolve(RuntimeManifest.FILE));
        assertThat(installed.list().get(0).problem()).contains("no META-INF/MANIFEST.MF");
        assertThat(installed.remove(part.version())).isTrue();
        assertThat(installed.list()).isEmpty();
    }

    /** What is in the place of a version, and no version, is neither used nor taken for an installed one. */
    @ParameterizedTest
    @ValueSource(strings = {"link", "file"})
    void whatIsNoFolderIsToldAndCanBeRemoved(String kind) throws Exception {
        Path bundle = bundle("1.2", "[0.2,0.3)", 10);
        InstalledRuntime part = installed.install(bundle);
        Path elsewhere = Files.move(part.folder(), temp.resolve("elsewhere"));
        if (kind.equals("link")) {
            Files.createSymbolicLink(part.folder(), elsewhere);
        } else {
            Files.createFile(part.folder());
        }
        assertThat(installed.list().get(0).problem()).contains("it is a link or a file, and no folder");
        assertThatThrownBy(part::verify).hasMessageContaining("`ipc runtime remove 1.2`, then install it again");
        assertThatThrownBy(() -> installed.install(bundle))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ADDRESS_IN_USE))
                .hasMessageContaining("with other jars or damaged: `ipc runtime remove 1.2` first");
        assertThat(installed.remove(part.version())).isTrue();
        assertThat(elsewhere.resolve("lib/part0.jar")).isRegularFile();
        installed.install(bundle).verify();
    }

    /** A pipe would be read for ever. */
    @Test
    void whatIsNoFileIsNotRead() throws Exception {
        InstalledRuntime part = installed.install(bundle("1.2", "[0.2,0.3)", 10));
        Path jar = part.folder().resolve("lib/part0.jar");
        Files.move(jar, temp.resolve("moved.jar"));
        makePipe(jar);
        assertThatThrownBy(part::verify).hasMessageContaining("part0.jar is a link or folder, and no file");
        Path manifest = part.folder().resolve(RuntimeManifest.FILE);
        Files.delete(manifest);
        makePipe(manifest);
        assertThat(installed.list().get(0).problem()).contains("MANIFEST.MF is a link or folder, and no file");
    }

    private static void makePipe(Path file) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
    }

    @Test
    void aBundleInADirectoryThatIsAbsentIsRefused() throws Exception {
        Path jar = temp.resolve("a.jar");
        zip(jar, Map.of("content", new byte[1]));
        Path bundle = temp.resolve("absent/b.jar");
        assertThatThrownBy(() -> RuntimeBundle.write(bundle, Version.parse("1"), ANY_API, List.of(jar)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bundle: there is no directory " + bundle.getParent() + ": make it first");
    }

    @Test
    void aFolderThatIsOpenToOthersIsRefused() throws Exception {
        Path bundle = bundle("1.2", "[0.2,0.3)", 10);
        installed.install(bundle);
        Files.setPosixFilePermissions(installed.path(), PosixFilePermissions.fromString("rwxr-xrwx"));
        for (ThrowingCallable action : List.<ThrowingCallable>of(
                installed::list, () -> installed.find(ANY_API), () -> installed.install(bundle))) {
            assertThatThrownBy(action)
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                    .hasMessageContaining(installed.path().toString());
        }
    }

    /** As of a thread of a pool that is being shut down. */
    @Test
    void anInterruptFailsNothingAndStaysSet() throws Exception {
        Path bundle = bundle("1.2", "[0.2,0.3)", 10, 20);
        Thread.currentThread().interrupt();
        try {
            installed.install(bundle).verify();
            assertThat(installed.find(ANY_API).orElseThrow().problem()).isEmpty();
            assertThat(installed.users(Version.parse("1.2"))).isEmpty();
            assertThat(installed.remove(Version.parse("1.2"))).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void theJarOfTheApiIsNoPart() throws Exception {
        Path jar = temp.resolve("ipc-api.jar");
        zip(jar, Map.of(API_CLASS, new byte[0]));
        Path bundle = temp.resolve("bundle.jar");
        assertThatThrownBy(() -> RuntimeBundle.write(bundle, Version.parse("1"), ANY_API, List.of(jar)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has the classes of ipc-api");
        assertThatThrownBy(() -> RuntimeBundle.write(bundle, Version.parse("1"), ANY_API, List.of(temp)))
                .hasMessageContaining("expected a file such as ipc-pipes.jar");
        assertThatThrownBy(() -> RuntimeBundle.write(bundle, Version.parse("1"), ANY_API, List.of()))
                .hasMessageContaining("jars: limit=1 to 500, actual=0");
        assertThat(bundle).doesNotExist();
    }

    /** At whatever moment it is killed, a version is there as a whole or not at all, and the next installation works. */
    @Test
    @InFullRun("kills many processes")
    void anInstallationThatIsKilledLeavesNothingHalfInstalled() throws Exception {
        int[] sizes = new int[40];
        Arrays.fill(sizes, 100_000);
        Path bundle = bundle("1.2", "[0.2,0.3)", sizes);
        for (int jars = 1; jars <= sizes.length; jars += 13) {
            Path seen = installed.path().resolve(".changes/installed/lib/part" + (jars - 1) + ".jar");
            try (ForkedJvm installer = ForkedJvm.start(RuntimeUser.class)) {
                installer.tell("install", bundle);
                while (!Files.exists(seen) && versions().isEmpty()) {
                    LockSupport.parkNanos(100_000);
                }
                installer.kill();
            }
            for (InstalledRuntime part : installed.list()) {
                part.verify();
                installed.remove(part.version());
            }
        }
        installed.install(bundle).verify();
        assertThat(installed.path().resolve(".changes")).doesNotExist();
        assertThat(versions()).containsExactly("1.2");
    }

    @Test
    void processesThatInstallAtOnceWaitForEachOther() throws Exception {
        Path first = bundle("1.2", "[0.2,0.3)", 100_000, 100_000, 100_000);
        Path second = bundle("1.3", "[0.2,0.3)", 100_000, 100_000, 100_000);
        try (ForkedJvm one = ForkedJvm.start(RuntimeUser.class);
                ForkedJvm other = ForkedJvm.start(RuntimeUser.class)) {
            for (Path bundle : List.of(first, second)) {
                one.tell("install", bundle);
                other.tell("install", bundle.equals(first) ? second : first);
            }
            for (String answer : List.of(one.ask("install", first), other.ask("install", first))) {
                assertThat(answer).startsWith("run-time part 1.");
            }
        }
        assertThat(versions()).containsExactly("1.3", "1.2");
        installed.list().forEach(InstalledRuntime::verify);
    }

    @Test
    void aProcessThatHoldsAVersionIsNamedAndNothingIsTakenFromIt() throws Exception {
        installed.install(bundle("1.2", "[0.2,0.3)", 10));
        installed.install(bundle("1.3", "[0.2,0.3)", 10));
        Version held = Version.parse("1.2");
        try (ForkedJvm user = ForkedJvm.start(RuntimeUser.class)) {
            assertThat(user.ask("hold", "[1,1.3)")).isEqualTo("1.2");
            assertThat(installed.users(held)).containsExactly(user.pid());
            assertThatThrownBy(() -> installed.remove(held))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ADDRESS_IN_USE))
                    .hasMessageContaining("run-time part 1.2 at "
                            + installed.path().resolve("1.2") + ": not removed, in use by pid " + user.pid() + " (");
            assertThat(installed.remove(Version.parse("1.3"))).isTrue();
            installed.install(bundle("1.4", "[0.2,0.3)", 10));
            installed.list().forEach(InstalledRuntime::verify);
            user.kill();
            assertThat(installed.users(held)).isEmpty();
            assertThat(installed.remove(held)).isTrue();
        }
        assertThat(versions()).containsExactly("1.4");
    }

    /** To learn who uses a version is to lock it for moments. */
    @Test
    void aProcessThatAsksForTheUsersHindersNoRemoval() throws Exception {
        Path bundle = bundle("1.2", "[0.2,0.3)", 10);
        Path stop = temp.resolve("stop");
        try (ForkedJvm watcher = ForkedJvm.start(RuntimeUser.class)) {
            watcher.tell("watch", "1.2", stop);
            for (int i = 0; i < 30; i++) {
                installed.install(bundle);
                installed.hold(ANY_API).orElseThrow().use().release();
                assertThat(installed.remove(Version.parse("1.2"))).isTrue();
            }
            Files.createFile(stop);
            assertThat(watcher.ask("watch", "1.2", stop)).isEqualTo("watched");
        }
    }

    @Test
    void manifestsOfInstalledPartsAreThoseOfTheirBundles() throws Exception {
        Path bundle = bundle("1.2", "[0.2,0.3)", 10);
        InstalledRuntime part = installed.install(bundle);
        try (ZipFile zip = new ZipFile(bundle.toFile());
                InputStream in = zip.getInputStream(zip.getEntry(RuntimeManifest.FILE))) {
            assertThat(part.folder().resolve(RuntimeManifest.FILE)).hasBinaryContent(in.readAllBytes());
        }
        assertThat(part.api()).isEqualTo(VersionRange.parse("[0.2,0.3)"));
    }
}
