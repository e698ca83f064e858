package io.valise.ipc.benchmarks.contender;

import java.util.List;

/** What peers need of the JDK beyond what it opens, by their documentation: constants, for annotations to name. */
public final class JvmOptions {
    /** Agrona and Aeron. */
    public static final String AGRONA = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";

    /** Chronicle's memory. */
    public static final String CHRONICLE_REF = "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED";

    /** Chronicle's mapped files. */
    public static final String CHRONICLE_CHANNELS = "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED";

    /** Chronicle's strings and threads. */
    public static final String CHRONICLE_LANG = "--add-opens=java.base/java.lang=ALL-UNNAMED";

    /** Chronicle's way to all that is not opened. */
    public static final String CHRONICLE_REFLECT = "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED";

    /** That no log is kept is no news. */
    public static final String QUIET = "-Dslf4j.internal.verbosity=ERROR";

    private JvmOptions() {}

    /** All that Chronicle needs. */
    static List<String> ofChronicle() {
        return List.of(QUIET, CHRONICLE_REF, CHRONICLE_CHANNELS, CHRONICLE_LANG, CHRONICLE_REFLECT);
    }
}
