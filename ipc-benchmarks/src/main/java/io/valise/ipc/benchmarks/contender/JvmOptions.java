package io.valise.ipc.benchmarks.contender;

import java.util.List;

/**
 * JVM options that the contenders need according to their documentation; constants, so that annotations can use them.
 */
public final class JvmOptions {
    /** Agrona and Aeron. */
    public static final String AGRONA = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";

    /** Chronicle's memory. */
    public static final String CHRONICLE_REF = "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED";

    /** Chronicle's mapped files. */
    public static final String CHRONICLE_CHANNELS = "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED";

    /** Chronicle's strings and threads. */
    public static final String CHRONICLE_LANG = "--add-opens=java.base/java.lang=ALL-UNNAMED";

    /** Chronicle's access to packages that are not opened. */
    public static final String CHRONICLE_REFLECT = "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED";

    /** Suppresses the message that no log is kept. */
    public static final String QUIET = "-Dslf4j.internal.verbosity=ERROR";

    private JvmOptions() {}

    /** All options for Chronicle. */
    static List<String> ofChronicle() {
        return List.of(QUIET, CHRONICLE_REF, CHRONICLE_CHANNELS, CHRONICLE_LANG, CHRONICLE_REFLECT);
    }
}
