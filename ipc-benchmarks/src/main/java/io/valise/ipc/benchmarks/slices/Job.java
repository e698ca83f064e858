package io.valise.ipc.benchmarks.slices;

import io.valise.ipc.benchmarks.contender.Contender.Caller;
import io.valise.ipc.benchmarks.contender.Contenders;
import io.valise.ipc.benchmarks.contender.Workload;
import io.valise.ipc.benchmarks.ring.MessagePort;
import io.valise.ipc.benchmarks.ring.RingPeer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The work of a contest's client processes during a slice, and the figure of a slice. */
enum Job {
    /** Requests one after the other: the median time of one, in nanoseconds. */
    REQUEST("ns/op", 1) {
        @Override
        Task connect(String contender, String address) throws Exception {
            Caller caller = Contenders.named(contender).connect(Workload.QUOTE, address);
            return () -> call(caller);
        }
    },

    /** Requests one after the other of all clients together: how many per second. */
    CLIENTS("ops/s", 1) {
        @Override
        Task connect(String contender, String address) throws Exception {
            return REQUEST.connect(contender, address);
        }
    },

    /** Requests of which {@value #IN_FLIGHT} are in flight at any time: how many per second. */
    PIPELINED("ops/s", 1) {
        @Override
        Task connect(String contender, String address) throws Exception {
            Caller caller = Contenders.named(contender).connect(Workload.QUOTE, address);
            CompletableFuture<?>[] calls = new CompletableFuture<?>[IN_FLIGHT];
            for (int i = 0; i < IN_FLIGHT; i++) {
                calls[i] = caller.callAsync();
            }
            int[] at = {0};
            return () -> {
                int next = at[0];
                calls[next].join();
                calls[next] = caller.callAsync();
                at[0] = (next + 1) % IN_FLIGHT;
            };
        }
    },

    /** 64 bytes through a ring and back through another: the median time, in nanoseconds. */
    RING("ns/op", 32) {
        @Override
        Task connect(String contender, String address) throws IOException {
            MessagePort port = RingPeer.connect(contender, address);
            long[] number = {0};
            return () -> {
                long sent = ++number[0];
                RingPeer.sendWhenThereIsRoom(port, sent);
                while (port.receive(1) == 0 || port.last() != sent) {
                    Thread.onSpinWait();
                }
            };
        }

        @Override
        List<String> serverArguments(String contender) {
            return List.of(contender, "true");
        }
    },

    /** 64 bytes through a ring to a process that takes them: how many per second. */
    RING_ONE_WAY("ops/s", 64) {
        @Override
        Task connect(String contender, String address) throws IOException {
            MessagePort port = RingPeer.connect(contender, address);
            return () -> RingPeer.sendWhenThereIsRoom(port, 42);
        }

        @Override
        List<String> serverArguments(String contender) {
            return List.of(contender, "false");
        }
    };

    private static final int IN_FLIGHT = 64;

    private final String unit;
    private final int batch;

    Job(String unit, int batch) {
        this.unit = unit;
        this.batch = batch;
    }

    /** One operation. */
    interface Task {
        void run() throws Exception;
    }

    /** Connects a client to the server of a contender. */
    abstract Task connect(String contender, String address) throws Exception;

    /** The arguments of the server's main class. */
    List<String> serverArguments(String contender) {
        return List.of(contender, Workload.QUOTE.name());
    }

    /** The unit of its figures. */
    String unit() {
        return unit;
    }

    /** How many operations are timed together: so that reading the clock does not count. */
    int batch() {
        return batch;
    }

    /** Whether a figure is a rate: more is better. */
    boolean isRate() {
        return unit.equals("ops/s");
    }

    private static void call(Caller caller) throws Exception {
        double answer = caller.call();
        if (answer != 101.5 && answer != 0) {
            throw new IllegalStateException("a wrong answer: " + answer);
        }
    }
}
