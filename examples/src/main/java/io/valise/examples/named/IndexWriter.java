package io.valise.examples.named;

import io.valise.ipc.sharedmem.Hold;
import io.valise.ipc.sharedmem.NamedMutex;
import java.time.Duration;
import java.util.List;

/** One process writes at a time, and the next one is told of a process that died while it wrote. */
public final class IndexWriter {
    private IndexWriter() {}

    /** Writes; with the argument {@code die} it ends in the middle. */
    public static void main(String[] arguments) throws InterruptedException {
        try (NamedMutex mutex = NamedMutex.open("index");
                Hold hold = mutex.acquire(Duration.ofSeconds(10))) {
            System.out.println(hold.abandoned() ? "repaired, then written" : "written");
            if (List.of(arguments).contains("die")) {
                Runtime.getRuntime().halt(1); // as kill -9 does
            }
        }
    }
}
