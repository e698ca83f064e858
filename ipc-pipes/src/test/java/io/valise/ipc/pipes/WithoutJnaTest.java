package io.valise.ipc.pipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.testkit.process.ClassPath;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Only Windows' pipes need JNA: elsewhere its jar is not opened. */
@DisabledOnOs(OS.WINDOWS)
class WithoutJnaTest {
    @Test
    void unixPipesNeedNoJna() throws Exception {
        ClassPath classPath = ClassPath.ofThisJvm().without("jna.*");
        assertThat(ForkedJvm.run(classPath, List.of(), ChildProgram.class, "pipes"))
                .isEqualTo(new ForkedJvm.Ended(0, "answered\n"));
    }
}
