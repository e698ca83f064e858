package io.valise.ipc.benchmarks.slices;

import io.valise.ipc.benchmarks.contender.Contender.Caller;
import io.valise.ipc.benchmarks.contender.Contenders;
import io.valise.ipc.benchmarks.contender.Exchange;
import io.valise.ipc.benchmarks.contender.Workload;
import io.valise.ipc.benchmarks.flow.FlowPeer;
import io.valise.ipc.benchmarks.ring.MessagePort;
import io.valise.ipc.benchmarks.ring.RingPeer;
import java.io.IOException;
import java.util.Arrays;
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
            Arrays.fill(calls, CompletableFuture.completedFuture(0));
            int[] at = {0};
            return new Task() {
                @Override
                public void run() throws Exception {
                    int next = at[0];
                    calls[next].join();
                    calls[next] = caller.callAsync();
                    at[0] = (next + 1) % IN_FLIGHT;
                }

                @Override
                public void settle() {
                    CompletableFuture.allOf(calls).join();
                }
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
        Class<?> server() {
            return RingPeer.class;
        }

        @Override
        List<String> serverArguments(String contender) {
            return List.of(contender, "true");
        }

        @Override
        List<String> jvmOptions(String contender) {
            return Contenders.agronaOptions();
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
        Class<?> server() {
            return RingPeer.class;
        }

        @Override
        List<String> serverArguments(String contender) {
            return List.of(contender, "false");
        }

        @Override
        List<String> jvmOptions(String contender) {
            return Contenders.agronaOptions();
        }
    },

    /** One-way messages of 64 bytes: how many per second are taken. */
    FLOW_64_B(64, "ops/s") {
        @Override
        Task connect(String contender, String address) throws Exception {
            return flow(contender, address);
        }
    },

    /** One-way messages of 64 KiB: how many megabytes per second are taken. */
    FLOW_64_KIB(64 << 10, "MB/s") {
        @Override
        Task connect(String contender, String address) throws Exception {
            return flow(contender, address);
        }
    },

    /** One-way messages of 1 MiB: how many megabytes per second are taken. */
    FLOW_1_MIB(1 << 20, "MB/s") {
        @Override
        Task connect(String contender, String address) throws Exception {
            return flow(contender, address);
        }
    };

    private static final int IN_FLIGHT = 64;

    private static final double BYTES_PER_MEGABYTE = 1e6;

    private final String unit;
    private final int batch;
    private final int messageBytes;

    Job(String unit, int batch) {
        this(unit, batch, 0);
    }

    Job(int messageBytes, String unit) {
        this(unit, FlowPeer.part(messageBytes), messageBytes);
    }

    Job(String unit, int batch, int messageBytes) {
        this.unit = unit;
        this.batch = batch;
        this.messageBytes = messageBytes;
    }

    /** The work of a client. */
    interface Task {
        /** One operation, or its beginning. */
        void run() throws Exception;

        /** Ends all operations that were begun: it is part of the measured time, and nothing is on its way after it. */
        default void settle() throws Exception {}
    }

    /** A client that sends one-way messages. */
    Task flow(String contender, String address) throws Exception {
        FlowPeer peer = FlowPeer.connect(contender, messageBytes, address);
        return new Task() {
            @Override
            public void run() throws Exception {
                peer.send();
            }

            @Override
            public void settle() throws Exception {
                peer.settle();
            }
        };
    }

    /** Connects a client to the server of a contender. */
    abstract Task connect(String contender, String address) throws Exception;

    /** The main class of the server. */
    Class<?> server() {
        return messageBytes > 0 ? FlowPeer.class : Exchange.class;
    }

    /** The arguments of the server's main class. */
    List<String> serverArguments(String contender) {
        return List.of(contender, messageBytes > 0 ? Integer.toString(messageBytes) : Workload.QUOTE.name());
    }

    /** The options without which a contender does not run. */
    List<String> jvmOptions(String contender) {
        return Contenders.named(contender).jvmOptions();
    }

    /** The unit of its figures. */
    String unit() {
        return unit;
    }

    /** How many operations are timed together: so that reading the clock does not count. */
    int batch() {
        return batch;
    }

    /** The figure of a slice, in that unit, by the operations per second and the median time of one in nanoseconds. */
    double figure(double perSecond, double median) {
        return switch (unit) {
            case "ns/op" -> median;
            case "MB/s" -> perSecond * messageBytes / BYTES_PER_MEGABYTE;
            default -> perSecond;
        };
    }

    private static void call(Caller caller) throws Exception {
        double answer = caller.call();
        if (answer != 101.5 && answer != 0) {
            throw new IllegalStateException("a wrong answer: " + answer);
        }
    }
}
