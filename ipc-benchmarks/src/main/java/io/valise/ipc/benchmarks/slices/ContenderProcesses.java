package io.valise.ipc.benchmarks.slices;

import io.valise.ipc.benchmarks.contender.JvmOptions;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one contender: a server and its clients. They are stopped (SIGSTOP) except during their slices, so
 * that a spinning thread takes no processor from another contender. Used by one thread.
 */
final class ContenderProcesses implements Closeable {
    private final Job job;
    private final String contender;
    private final PeerProcess server;
    private final List<PeerProcess> clients = new ArrayList<>();

    private ContenderProcesses(Job job, String contender, PeerProcess server) {
        this.job = job;
        this.contender = contender;
        this.server = server;
    }

    /**
     * Starts the processes and stops them.
     *
     * @param clientCount how many clients
     * @param prefix what comes before the java command, such as {@code taskset -c 0}; may be empty
     * @param settings more options of the JVMs
     */
    static ContenderProcesses start(
            Job job, String contender, int clientCount, List<String> prefix, List<String> settings) throws IOException {
        List<String> options = new ArrayList<>(job.jvmOptions(contender));
        options.add(JvmOptions.QUIET);
        options.addAll(settings);
        String[] arguments = job.serverArguments(contender).toArray(String[]::new);
        ContenderProcesses processes =
                new ContenderProcesses(job, contender, PeerProcess.start(prefix, options, job.server(), arguments));
        try {
            for (int i = 0; i < clientCount; i++) {
                processes.clients.add(PeerProcess.start(
                        prefix, options, SliceClient.class, job.name(), contender, processes.server.address()));
            }
            Signals.stop(processes.pids(clientCount));
        } catch (IOException | RuntimeException e) {
            processes.close();
            throw e;
        }
        return processes;
    }

    /**
     * Runs the server and some of the clients.
     *
     * @throws IllegalStateException when one of them has ended, as contenders do that fail
     */
    Slice slice(int clientCount, int warmUpMillis, int millis) throws IOException {
        resume(clientCount);
        List<PeerProcess> working = clients.subList(0, clientCount);
        for (PeerProcess client : working) {
            try {
                client.tell(warmUpMillis + " " + millis);
            } catch (UncheckedIOException e) {
                throw ended(client, e);
            }
        }
        double perSecond = 0;
        double median = 0;
        double compiling = 0;
        for (PeerProcess client : working) {
            String line = client.nextLine();
            if (line.isEmpty()) {
                throw ended(client, null);
            }
            String[] words = line.split(" ", -1);
            perSecond += Double.parseDouble(words[0]) * 1e9 / Double.parseDouble(words[1]);
            median += Double.parseDouble(words[2]) / clientCount;
            compiling += Double.parseDouble(words[3]) * 1e6 / Double.parseDouble(words[1]) / clientCount;
        }
        Signals.stop(pids(clientCount));
        return new Slice(job.figure(perSecond, median), compiling);
    }

    /**
     * The result of a slice.
     *
     * @param figure of the measured time, in the unit of the job
     * @param compiling the share of the measured time for which the compilers of a client's JVM worked, as the mean of the
     *     clients
     */
    record Slice(double figure, double compiling) {}

    /** The server and so many of its clients. */
    List<Long> pids(int clientCount) {
        List<Long> pids = new ArrayList<>(List.of(server.pid()));
        clients.subList(0, clientCount).forEach(client -> pids.add(client.pid()));
        return pids;
    }

    private IllegalStateException ended(PeerProcess client, @Nullable Exception cause) {
        return new IllegalStateException(
                "contender \"" + contender + "\": a client has ended, pid=" + client.pid() + "; its errors are above",
                cause);
    }

    /** Those that are still there. */
    private void resume(int clientCount) throws IOException {
        List<Long> alive = pids(clientCount).stream()
                .filter(pid -> ProcessHandle.of(pid).isPresent())
                .collect(Collectors.toList());
        if (!alive.isEmpty()) {
            Signals.resume(alive);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            resume(clients.size());
        } finally {
            clients.forEach(PeerProcess::close);
            server.close();
        }
    }
}
