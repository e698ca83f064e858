package io.valise.ipc.pipes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Only Windows' pipes need JNA: elsewhere not even its jar is opened. */
@DisabledOnOs(OS.WINDOWS)
class WithoutJnaTest {
    @TempDir
    Path home;

    @Test
    void unixPipesNeedNoJna() throws Exception {
        String all = System.getProperty("java.class.path");
        String classPath = Arrays.stream(all.split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("jna"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(classPath).isNotEqualTo(all);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dvalise.home=" + home,
                        "-cp",
                        classPath,
                        ChildProgram.class.getName(),
                        "pipes")
                .redirectError(Redirect.INHERIT)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("answered");
        assertThat(process.waitFor()).isZero();
    }
}
