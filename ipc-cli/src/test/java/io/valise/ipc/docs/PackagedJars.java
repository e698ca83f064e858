package io.valise.ipc.docs;

import io.valise.ipc.IpcServer;
import io.valise.ipc.loopback.LoopbackTransport;
import io.valise.ipc.pipes.PipeTransport;
import io.valise.ipc.runtime.RuntimeBundle;
import io.valise.ipc.runtime.VersionRange;
import io.valise.ipc.services.hosting.AppServiceHost;
import io.valise.ipc.sharedmem.ShmTransport;
import io.valise.ipc.testkit.process.ClassPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;

/** Makes jars of what is on the class path of this JVM, whether that has jars or folders of classes. */
public final class PackagedJars {
    private static final List<Class<?>> MODULES = List.of(
            IpcServer.class, PipeTransport.class, ShmTransport.class, LoopbackTransport.class, AppServiceHost.class);
    private static final String LIBRARIES = "(netty|jackson-core|chronicle|slf4j-api|jna).*\\.jar";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private PackagedJars() {}

    /** Copies the libraries whose file names match. */
    public static void copy(String fileNames, Path folder) throws IOException {
        for (Path library : libraries(fileNames)) {
            Files.copy(library, folder.resolve(library.getFileName()));
        }
    }

    /** One module as a jar, with the headers of OSGi in its manifest. */
    public static void jar(Class<?> ofModule, Path jar) throws IOException {
        write(jar, manifest(ofModule), read(List.of(ClassPath.entryOf(ofModule))));
    }

    /** Some classes of this JVM as a jar. */
    static void jar(Manifest manifest, List<Class<?>> classes, Path jar) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (Class<?> each : classes) {
            String file = each.getName().replace('.', '/') + ".class";
            files.put(file, resource('/' + file));
        }
        write(jar, manifest, files);
    }

    /** A library with another manifest. */
    static void jar(Manifest manifest, Path library, Path jar) throws IOException {
        write(jar, manifest, read(List.of(library)));
    }

    /** That of a module's jar, or the one beside its classes before they are in a jar. */
    static Manifest manifest(Class<?> ofModule) throws IOException {
        Path entry = ClassPath.entryOf(ofModule);
        if (Files.isDirectory(entry)) {
            try (InputStream in = Files.newInputStream(entry.resolve(MANIFEST))) {
                return new Manifest(in);
            }
        }
        try (JarFile jar = new JarFile(entry.toFile())) {
            return jar.getManifest();
        }
    }

    /**
     * All modules and the libraries that they need in one jar, as tools do it: of two files of one name the first, but
     * the lines of both where services are named.
     *
     * @param version of the application, which the manifest has
     */
    static void merge(Path jar, String version) throws IOException {
        List<Path> all = Stream.concat(MODULES.stream().map(ClassPath::entryOf), libraries(LIBRARIES).stream())
                .toList();
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
        write(jar, manifest, read(all));
    }

    /**
     * The run-time part of this build as a bundle: all modules but the API, and the libraries that they need.
     *
     * @param folder where the jars are put
     */
    public static void bundle(Path bundle, String version, Path folder) throws IOException {
        if (Files.notExists(folder)) {
            Files.createDirectory(folder);
            for (Class<?> module : MODULES.subList(1, MODULES.size())) {
                jar(module, folder.resolve(module.getSimpleName() + ".jar"));
            }
            copy(LIBRARIES, folder);
        }
        try (Stream<Path> jars = Files.list(folder)) {
            RuntimeBundle.write(bundle, Version.parse(version), VersionRange.parse("[0.2,0.3)"), jars.toList());
        }
    }

    /** The libraries of the class path of this JVM whose file names match. */
    static List<Path> libraries(String fileNames) {
        return ClassPath.ofThisJvm().entries().stream()
                .filter(entry -> entry.getFileName().toString().matches(fileNames))
                .toList();
    }

    private static Map<String, byte[]> read(List<Path> entries) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (Path entry : entries) {
            if (Files.isDirectory(entry)) {
                addAll(files, entry);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(entry)) {
                    addAll(files, jar.getPath("/"));
                }
            }
        }
        return files;
    }

    private static void addAll(Map<String, byte[]> files, Path root) throws IOException {
        try (Stream<Path> found = Files.walk(root)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                String name = root.relativize(file).toString();
                byte[] bytes = Files.readAllBytes(file);
                if (name.startsWith("META-INF/services/")) {
                    files.merge(name, bytes, PackagedJars::joined);
                } else if (!name.equals(MANIFEST)) {
                    files.putIfAbsent(name, bytes);
                }
            }
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(first);
        all.write('\n');
        all.writeBytes(second);
        return all.toByteArray();
    }

    private static void write(Path jar, Manifest manifest, Map<String, byte[]> files) throws IOException {
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.setLevel(Deflater.NO_COMPRESSION);
            for (Map.Entry<String, byte[]> each : files.entrySet()) {
                out.putNextEntry(new ZipEntry(each.getKey()));
                out.write(each.getValue());
            }
        }
    }

    /** Copies a file of the tests. */
    public static void copyResource(String name, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, resource(name));
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = PackagedJars.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("no resource " + name);
            }
            return in.readAllBytes();
        }
    }
}
