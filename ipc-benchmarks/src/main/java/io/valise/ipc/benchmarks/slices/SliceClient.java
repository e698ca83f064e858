package io.valise.ipc.benchmarks.slices;

import io.valise.ipc.benchmarks.peer.PeerProcess;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The program of one client of a contender. Arguments: a {@link Job}, a contender's name, its server's address. For
 * each line it reads, {@code WARM_UP MEASURED} in milliseconds, it does its job for the warm-up time, then for the
 * measured time, and prints {@code OPERATIONS NANOSECONDS MEDIAN COMPILED}: how many operations the measured time had, how
 * long it was, the median time of one, and for how many milliseconds of it the JVM's compilers worked.
 */
public final class SliceClient {
    private static final int DIGITS = 3;
    private static final CompilationMXBean COMPILATION = ManagementFactory.getCompilationMXBean();

    private SliceClient() {}

    /** Works until its parent ends. */
    public static void main(String[] args) throws Exception {
        Job job = Job.valueOf(args[0]);
        Job.Task task = job.connect(args[1], args[2]);
        PeerProcess.ready("");
        for (String line = PeerProcess.hear(); !line.isEmpty(); line = PeerProcess.hear()) {
            int space = line.indexOf(' ');
            work(job, task, Integer.parseInt(line.substring(0, space)));
            PeerProcess.say(work(job, task, Integer.parseInt(line.substring(space + 1))));
        }
        Runtime.getRuntime().halt(0);
    }

    private static String work(Job job, Job.Task task, int millis) throws Exception {
        Histogram nanos = new Histogram(DIGITS);
        nanos.setAutoResize(true);
        long compiled = COMPILATION.getTotalCompilationTime();
        long begun = System.nanoTime();
        long end = begun + TimeUnit.MILLISECONDS.toNanos(millis);
        long now = begun;
        while (now - end < 0) {
            for (int i = 0; i < job.batch(); i++) {
                task.run();
            }
            long then = now;
            now = System.nanoTime();
            nanos.recordValue(now - then);
        }
        task.settle();
        now = System.nanoTime();
        double median = (double) nanos.getValueAtPercentile(50) / job.batch();
        return nanos.getTotalCount() * job.batch() + " " + (now - begun) + " " + median + " "
                + (COMPILATION.getTotalCompilationTime() - compiled);
    }
}
