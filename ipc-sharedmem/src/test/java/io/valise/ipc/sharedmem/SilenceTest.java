package io.valise.ipc.sharedmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No flag is needed and nothing is printed, whichever memory and doorbell serve. */
class SilenceTest {
    private static final int JAVA = Runtime.version().feature();

    @Test
    void withWhatIsChosenByDefault() throws Exception {
        assertSilent();
    }

    @Test
    void withTheMemoryOfTheJdk() throws Exception {
        assertSilent("-Dvalise.shm.memory=jdk");
    }

    @Test
    void withChronicle() throws Exception {
        assumeTrue(JAVA < 24, "from Java 24 on Unsafe warns; it is not the default there");
        assertSilent("-Dvalise.shm.memory=chronicle");
    }

    @Test
    void withDoorbellsOnTheSocket() throws Exception {
        assertSilent("-Dvalise.shm.doorbell=socket");
    }

    @Test
    void whereNothingNativeAndNothingUnsafeIsAllowed() throws Exception {
        assumeTrue(JAVA >= 24, "the options came with Java 24");
        assertSilent("--illegal-native-access=deny", "--sun-misc-unsafe-memory-access=deny");
    }

    @Test
    void whereNativeAccessIsGranted() throws Exception {
        assumeTrue(JAVA >= 22, "the option came with Java 22");
        assertSilent("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void whereTheNativeLibraryCannotBeUnpacked() throws Exception {
        assertSilent("-Djna.tmpdir=/proc", "-Djna.nosys=true", "-Djna.noclasspath=true");
    }

    /** On Java 17 Chronicle Bytes would log through it. */
    @Test
    void besideAnSlf4jProvider() throws Exception {
        assertSilent(ClassPath.ofThisJvm()
                .without("slf4j-api-.*[.]jar")
                .withJarsOf(Path.of(System.getProperty("valise.test.slf4j")), "slf4j-.*[.]jar"));
    }

    private static void assertSilent(String... options) throws IOException, InterruptedException {
        assertSilent(ClassPath.ofThisJvm(), options);
    }

    private static void assertSilent(ClassPath classPath, String... options) throws IOException, InterruptedException {
        assertThat(ForkedJvm.run(classPath, List.of(options), SilentJvm.class)).isEqualTo(new ForkedJvm.Ended(0, ""));
    }
}
