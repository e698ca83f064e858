package io.valise.ipc.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code .ci/release --check}, which looks at what is about to be published. */
@EnabledOnOs(OS.LINUX)
class ReleaseChecksTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final String POM = """
            <project>
              <artifactId>ipc-some</artifactId>
              <name>Some</name>
              <description>Some artifact.</description>
              <url>https://example.org/valise</url>
              <licenses/>
              <developers/>
              <scm/>
            </project>
            """;
    private static final String BOM = POM.replace("<name>", "<packaging>pom</packaging>\n  <name>");

    /** Of main, sources and Javadoc. */
    private final Map<String, String> content = new LinkedHashMap<>();

    @TempDir
    Path repository;

    @BeforeEach
    void describeAGoodJar() throws IOException {
        content.put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nImplementation-Version: 1.0\r\n\r\n");
        content.put("META-INF/LICENSE", Files.readString(ROOT.resolve("LICENSE")));
        content.put("META-INF/maven/io.valise/ipc-some/pom.xml", POM);
        content.put("module-info.class", "");
    }

    @Test
    void acceptsWhatIsComplete() throws Exception {
        publish(POM);
        write("ipc-bom", "ipc-bom-1.0.pom", BOM);
        assertThat(check()).isEqualTo(new Result(0, "Artifacts checked: 2\n"));
    }

    @Test
    void namesEveryFaultOfAJar() throws Exception {
        content.put("META-INF/LICENSE", "Public domain");
        content.put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nImplementation-Version: 1.0-SNAPSHOT\r\n\r\n");
        content.remove("module-info.class");
        publish(POM.replace("Some artifact", "Another artifact"));
        Result result = check();
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.printed()).isEqualTo("""
                        ipc-some-1.0.jar does not have the license as META-INF/LICENSE
                        ipc-some-1.0.jar has no Implementation-Version 1.0 in its manifest
                        ipc-some-1.0.jar is no module, and has no Automatic-Module-Name
                        ipc-some-1.0.jar has another POM inside than is published
                        ipc-some-1.0-sources.jar does not have the license as META-INF/LICENSE
                        ipc-some-1.0-javadoc.jar does not have the license as META-INF/LICENSE
                        ipc-bom is missing
                        Artifacts checked: 1
                        """);
    }

    @Test
    void namesEveryFaultOfAPom() throws Exception {
        write("ipc-bom", "ipc-bom-1.0.pom", """
                <project>
                  <packaging>pom</packaging>
                  <parent>
                    <version>1.0-SNAPSHOT</version>
                  </parent>
                  <url>${release.url}</url>
                  <scope>test</scope>
                  <artifactId>ipc-absent</artifactId>
                </project>
                """);
        Result result = check();
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.printed())
                .contains("ipc-bom-1.0.pom has no name", "no description", "no licenses", "no developers", "no scm")
                .contains("ipc-bom-1.0.pom has a parent, which is not published; flatten it\n")
                .contains("ipc-bom-1.0.pom has a property without a value: ${release.url}\n")
                .contains("ipc-bom-1.0.pom names a version that is not released\n")
                .contains("ipc-bom-1.0.pom has a dependency of tests; flatten it\n")
                .contains("ipc-bom names ipc-absent, which is not there\n")
                .doesNotContain("no url");
    }

    @Test
    void namesWhatIsMissing() throws Exception {
        write("ipc-some", "ipc-some-1.0.pom", POM);
        assertThat(check()).isEqualTo(new Result(1, """
                                ipc-some-1.0.jar is missing
                                ipc-some-1.0-sources.jar is missing
                                ipc-some-1.0-javadoc.jar is missing
                                ipc-some-1.0-cyclonedx.json is missing
                                ipc-bom is missing
                                Artifacts checked: 1
                                """));
    }

    @Test
    void findsFilesWithoutASignatureBesideOnesWithIt() throws Exception {
        write("ipc-some", "ipc-some-1.0.pom", BOM);
        write("ipc-some", "ipc-some-1.0.pom.asc", "");
        write("ipc-bom", "ipc-bom-1.0.pom", BOM);
        assertThat(check()).isEqualTo(new Result(1, "ipc-bom-1.0.pom is not signed\nArtifacts checked: 2\n"));
    }

    @Test
    void refusesAFolderWithoutArtifacts() throws Exception {
        assertThat(check()).isEqualTo(new Result(1, "ipc-bom is missing\nArtifacts checked: 0\n"));
    }

    /** An artifact with these jars. */
    private void publish(String pom) throws IOException {
        write("ipc-some", "ipc-some-1.0.pom", pom);
        write("ipc-some", "ipc-some-1.0-cyclonedx.json", "{}");
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(jar)) {
            for (Map.Entry<String, String> entry : content.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        for (String kind : new String[] {"", "-sources", "-javadoc"}) {
            Files.write(repository.resolve("io/valise/ipc-some/1.0/ipc-some-1.0" + kind + ".jar"), jar.toByteArray());
        }
    }

    private void write(String artifact, String file, String text) throws IOException {
        Path folder = Files.createDirectories(
                repository.resolve("io/valise").resolve(artifact).resolve("1.0"));
        Files.writeString(folder.resolve(file), text);
    }

    private Result check() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        ROOT.resolve(".ci/release").toString(), "--check", repository.toString())
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), printed);
    }

    private record Result(int status, String printed) {}
}
