package io.valise.ipc.benchmarks.contender;

import io.valise.ipc.benchmarks.contender.Contender.Caller;
import io.valise.ipc.benchmarks.peer.PeerProcess;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * A caller in this JVM connected to a served contender in another. Also that other JVM's main class. Used by one thread.
 */
public final class Exchange implements Closeable {
    private final Caller caller;
    private final Closeable served;

    private Exchange(Caller caller, Closeable served) {
        this.caller = caller;
        this.served = served;
    }

    /** Starts the other JVM and connects; {@code local} has its server here. */
    public static Exchange open(String name, Workload workload) throws Exception {
        Contender contender = Contenders.named(name);
        if (name.equals("local")) {
            Contender.Served served = contender.serve(workload);
            return new Exchange(contender.connect(workload, served.address()), served);
        }
        PeerProcess peer = PeerProcess.start(contender.jvmOptions(), Exchange.class, name, workload.name());
        try {
            return new Exchange(contender.connect(workload, peer.address()), peer::close);
        } catch (Exception e) {
            peer.close();
            throw e;
        }
    }

    /**
     * Starts another JVM that answers quotes over one of Valise's transports.
     *
     * @param transport a scheme, or a contender's name for another wait strategy than the default
     */
    public static PeerProcess startServer(String transport) {
        String contender = transport.equals("shm") ? "shmAdaptive" : transport;
        return PeerProcess.start(List.of(), Exchange.class, contender, Workload.QUOTE.name());
    }

    /** The asking side. */
    public Caller caller() {
        return caller;
    }

    @Override
    public void close() throws IOException {
        try {
            caller.close();
        } finally {
            served.close();
        }
    }

    /** The other JVM: the names of a contender and a workload. */
    public static void main(String[] args) throws Exception {
        try (Contender.Served served = Contenders.named(args[0]).serve(Workload.valueOf(args[1]))) {
            PeerProcess.ready(served.address());
            PeerProcess.awaitParentsEnd();
        } catch (IOException e) {
            throw new IllegalStateException("the peer lost its parent, contender=" + args[0], e);
        }
        // A contender may leave threads that are not daemons.
        Runtime.getRuntime().halt(0);
    }
}
