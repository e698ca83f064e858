package io.valise.ipc.spring;

import io.valise.ipc.spring.shop.ShopApplication;
import io.valise.ipc.testkit.process.ClassPath;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.springframework.boot.loader.tools.Library;
import org.springframework.boot.loader.tools.LibraryScope;
import org.springframework.boot.loader.tools.Repackager;

/** The application of docs/spring-boot.md as one executable jar, made by what the plugins of Spring Boot make it with. */
final class BootJar {
    /** But what tests alone need. */
    private static final Predicate<String> OF_APPLICATIONS = Predicate.not(
            name -> name.matches(
                    ".*(test|junit|assertj|byte-buddy|apiguardian|opentest|loader|commons-(compress|codec|io|lang)|reactive).*"));

    private BootJar() {}

    /** Makes it in a folder. */
    static Path make(Path folder) throws IOException {
        List<Library> libraries = new ArrayList<>();
        for (Path entry : ClassPath.ofThisJvm().entries()) {
            if (Files.isDirectory(entry)) {
                if (entry.endsWith(Path.of("classes"))) {
                    libraries.add(
                            library(jar(entry, folder.resolve("module-" + libraries.size() + ".jar"), any -> true)));
                }
            } else if (OF_APPLICATIONS.test(entry.getFileName().toString())) {
                libraries.add(library(entry));
            }
        }
        Path application = jar(
                ClassPath.entryOf(ShopApplication.class),
                folder.resolve("shop.jar"),
                name -> name.startsWith("io/valise/ipc/spring/shop/")
                        || name.startsWith("io/valise/ipc/spring/stock/"));
        Repackager repackager = new Repackager(application.toFile());
        repackager.setMainClass(ShopApplication.class.getName());
        File executable = folder.resolve("shop-boot.jar").toFile();
        repackager.repackage(executable, callback -> {
            for (Library library : libraries) {
                callback.library(library);
            }
        });
        return executable.toPath();
    }

    private static Library library(Path jar) {
        return new Library(jar.toFile(), LibraryScope.COMPILE);
    }

    private static Path jar(Path classes, Path jar, Predicate<String> which) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                Stream<Path> files = Files.walk(classes)) {
            for (Path source : files.filter(Files::isRegularFile).toList()) {
                String name = classes.relativize(source).toString().replace('\\', '/');
                if (which.test(name) && !name.equals("META-INF/MANIFEST.MF")) {
                    out.putNextEntry(new JarEntry(name));
                    Files.copy(source, out);
                }
            }
        }
        return jar;
    }
}
