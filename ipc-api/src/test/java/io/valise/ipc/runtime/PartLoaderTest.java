package io.valise.ipc.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of the class itself: no library of the part that the build makes is there in a second version. */
class PartLoaderTest {
    @TempDir
    Path temp;

    private Path jar(String file, String... names) throws IOException {
        Path jar = temp.resolve(file);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(file.getBytes(UTF_8));
            }
        }
        return jar;
    }

    private static String text(ClassLoader loader, String name) throws IOException {
        try (InputStream in = loader.getResourceAsStream(name)) {
            return in == null ? "absent" : new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void aResourceOfThePartComesBeforeTheApplications() throws IOException {
        URL application =
                jar("application.jar", "linux/library.so", "settings").toUri().toURL();
        try (URLClassLoader parent = new URLClassLoader(new URL[] {application}, null);
                PartLoader part = new PartLoader("part", List.of(jar("part.jar", "linux/library.so")), parent)) {
            assertThat(text(part, "linux/library.so")).isEqualTo("part.jar");
            assertThat(text(part, "settings")).isEqualTo("application.jar");
            assertThat(text(part, "other")).isEqualTo("absent");
            assertThat(text(parent, "linux/library.so")).isEqualTo("application.jar");
        }
    }
}
