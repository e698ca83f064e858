package io.valise.ipc.testkit.process;

import io.valise.ipc.testkit.TestHome;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The class path of this JVM, prepared for JVMs that tests start: folders of classes are packed into jars, and an archive of
 * loaded classes (class data sharing, which reads no folders) takes nearly half of the processor time from each start. Both
 * are made once for all test JVMs of a module, beside the first folder, and made again when a class has changed. Where they
 * cannot be made, a warning is logged and the class path is used as it is. Immutable.
 */
final class PreparedClassPath {
    private static final String ARCHIVE = "classes.jsa";
    private static final String PREFIX = "forks-";

    private final List<Path> entries;

    private PreparedClassPath(List<Path> entries) {
        this.entries = List.copyOf(entries);
    }

    static PreparedClassPath ofThisJvm() {
        return OfThisJvm.PREPARED;
    }

    /** Prepared when it is first needed. */
    private static final class OfThisJvm {
        static final PreparedClassPath PREPARED = of(ClassPath.ofThisJvm().entries());
    }

    /** None if there is no archive. */
    List<String> archiveOptions() {
        // An archive that does not fit, such as one for another collector, is no reason to print anything.
        return entries.stream()
                .filter(PreparedClassPath::isPacked)
                .map(packed -> packed.resolveSibling(ARCHIVE))
                .filter(Files::exists)
                .findFirst()
                .map(archive -> List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off"))
                .orElse(List.of());
    }

    /** Whether this is a jar of classes that are in a folder on the class path of the test. */
    static boolean isPacked(Path entry) {
        return entry.toString().contains(File.separator + PREFIX);
    }

    List<Path> entries() {
        return entries;
    }

    /** In the form of the option {@code -cp}. */
    @Override
    public String toString() {
        return entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** Prepares entries of a class path beside the first folder among them. */
    static PreparedClassPath of(List<Path> entries) {
        List<Path> folders = entries.stream().filter(Files::isDirectory).toList();
        if (folders.isEmpty()) {
            return new PreparedClassPath(entries); // this JVM was started with it, perhaps
        }
        Path beside = folders.get(0).toAbsolutePath().resolveSibling("");
        try {
            Path prepared = beside.resolve(PREFIX + version(entries));
            PreparedClassPath classPath = new PreparedClassPath(packed(entries, prepared));
            // Another JVM that prepares the same uses the jars, and the archive from when that is there.
            if (!Files.exists(prepared) && isFirst(prepared, entries, classPath.entries)) {
                archive(classPath, prepared.resolve(ARCHIVE));
            }
            return classPath;
        } catch (IOException e) {
            System.getLogger(PreparedClassPath.class.getName())
                    .log(Level.WARNING, "JVMs of tests start slowly: no class path prepared in " + beside, e);
            return new PreparedClassPath(entries);
        }
    }

    /** Packs the folders; whether no other JVM has done so before. */
    private static boolean isFirst(Path prepared, List<Path> entries, List<Path> packed) throws IOException {
        removeOlder(prepared);
        Path begun = Files.createTempDirectory(prepared.resolveSibling(""), "begun");
        try {
            for (int i = 0; i < entries.size(); i++) {
                if (Files.isDirectory(entries.get(i))) {
                    pack(entries.get(i), begun.resolve(packed.get(i).getFileName()));
                }
            }
            Files.move(begun, prepared, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (IOException e) {
            if (Files.exists(prepared)) {
                return false;
            }
            throw e;
        } finally {
            TestHome.deleteAll(begun);
        }
    }

    private static List<Path> packed(List<Path> entries, Path prepared) {
        List<Path> packed = new ArrayList<>();
        for (Path entry : entries) {
            packed.add(Files.isDirectory(entry) ? prepared.resolve(packed.size() + ".jar") : entry);
        }
        return packed;
    }

    /** A number that changes with the classes, the jars and the JDK. */
    private static String version(List<Path> entries) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(Runtime.version().toString().getBytes(StandardCharsets.UTF_8));
        for (Path entry : entries) {
            for (Path file : files(entry)) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                sum.update((file + " " + attributes.size() + " " + attributes.lastModifiedTime())
                        .getBytes(StandardCharsets.UTF_8));
            }
        }
        return Long.toHexString(sum.getValue());
    }

    /** The files of a folder, or the jar itself; none if it is not there. */
    private static List<Path> files(Path entry) throws IOException {
        if (!Files.exists(entry)) {
            return List.of();
        }
        try (Stream<Path> tree = Files.walk(entry)) {
            return tree.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void removeOlder(Path prepared) throws IOException {
        try (Stream<Path> children = Files.list(prepared.resolveSibling(""))) {
            for (Path child : children.filter(
                            each -> each.getFileName().toString().startsWith(PREFIX))
                    .filter(each -> !each.equals(prepared))
                    .toList()) {
                TestHome.deleteAll(child);
            }
        }
    }

    private static void pack(Path folder, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.setLevel(0); // what is not compressed is read sooner
            for (Path file : files(folder)) {
                out.putNextEntry(new JarEntry(folder.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }

    /** Has a JVM load what JVMs of tests use, and write an archive of it when it ends. */
    private static void archive(PreparedClassPath classPath, Path archive) throws IOException {
        Path begun = archive.resolveSibling(ARCHIVE + ".begun");
        List<String> command = JavaCommand.command(
                List.of("-XX:ArchiveClassesAtExit=" + begun, "-Xlog:disable", "-Xlog:all=error"), classPath.toString());
        command.add(ArchivedClasses.class.getName());
        Path home = Files.createTempDirectory("va"); // short, for sockets
        Path output = home.resolve("output");
        ProcessBuilder program =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        program.environment().put("VALISE_HOME", home.toString());
        program.environment().put("VALISE_CONFIG", home.resolve("config").toString());
        program.environment().put("VALISE_CACHE", home.resolve("cache").toString());
        Process process = TestProcesses.start(program);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("no archive of classes: " + Files.readString(output));
            }
            Files.move(begun, archive, StandardCopyOption.ATOMIC_MOVE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before there was an archive of classes", e);
        } finally {
            process.destroyForcibly();
            TestHome.deleteAll(home);
        }
    }
}
