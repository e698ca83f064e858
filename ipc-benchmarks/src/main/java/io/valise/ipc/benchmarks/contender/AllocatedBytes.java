package io.valise.ipc.benchmarks.contender;

import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** The bytes that a process has allocated. Thread-safe. */
public final class AllocatedBytes {
    private AllocatedBytes() {}

    /** Bytes allocated so far by the threads that are alive. */
    public static long ofThisProcess() {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }
}
