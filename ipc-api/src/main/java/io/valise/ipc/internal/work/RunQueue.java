package io.valise.ipc.internal.work;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reports whether threads wait for a processor of this machine: then a thread without progress may only lack a processor, as another thread would. Known on Linux; elsewhere the answer is no. In a
 * container the threads of the whole machine count. Stateless.
 */
public final class RunQueue {
    private static final Path LOADAVG = Path.of("/proc/loadavg");

    private RunQueue() {}

    /** Whether more threads can run at this moment, without the asking one, than there are processors. */
    public static boolean isCrowded() {
        return runnable() - 1 > Runtime.getRuntime().availableProcessors();
    }

    /** The threads of this machine that run or wait for a processor; 0 where the system does not tell. */
    private static int runnable() {
        try {
            return runnable(Files.readString(LOADAVG));
        } catch (IOException | RuntimeException e) { // not Linux, hidden, or no descriptor is left
            return 0;
        }
    }

    /** The fourth word, such as {@code 3/567}: how many can run, and how many there are (proc(5)). */
    static int runnable(String loadavg) {
        String word = loadavg.split(" ", -1)[3];
        return Integer.parseInt(word.substring(0, word.indexOf('/')));
    }
}
