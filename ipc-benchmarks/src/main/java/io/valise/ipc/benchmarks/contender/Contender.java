package io.valise.ipc.benchmarks.contender;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One way for two processes to communicate. Implementations are stateless. */
public interface Contender {
    /** Starts the answering side, in the peer's JVM. */
    Served serve(Workload workload) throws Exception;

    /** Connects the asking side, in the benchmark's JVM. */
    Caller connect(Workload workload, String address) throws Exception;

    /** The options without which it does not run, for both JVMs. */
    default List<String> jvmOptions() {
        return List.of();
    }

    /** An answering side that runs until it is closed. */
    interface Served extends Closeable {
        /** The address that {@link #connect} needs. */
        String address();
    }

    /** The asking side; for one thread. */
    interface Caller extends Closeable {
        /**
         * Sends one message of the workload and waits for the answer.
         *
         * @return a value read from the answer
         */
        double call() throws Exception;

        /** Sends one message; the answer comes later, and several requests may be in flight. */
        default CompletableFuture<?> callAsync() throws Exception {
            throw new UnsupportedOperationException(getClass().getName() + " has no asynchronous call");
        }
    }

    /** An answering side made of its address and an action that closes it. */
    static Served served(String address, Closeable closing) {
        return new Served() {
            @Override
            public String address() {
                return address;
            }

            @Override
            public void close() throws IOException {
                closing.close();
            }
        };
    }
}
