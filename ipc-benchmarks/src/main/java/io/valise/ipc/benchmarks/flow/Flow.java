package io.valise.ipc.benchmarks.flow;

import io.valise.ipc.benchmarks.contender.Contender;
import java.io.Closeable;

/** One way to send one-way messages of one length from one process to another. Implementations are stateless. */
interface Flow {
    /** Starts the side that takes, which tells the sender what {@link FlowCount} says. */
    Contender.Served take(int bytes) throws Exception;

    /** Connects the side that sends, which tells the window what it hears from the other. */
    Sender connect(int bytes, String address, FlowWindow window) throws Exception;

    /** Sends; for one thread. */
    interface Sender extends Closeable {
        /** Sends one message, whatever was taken. */
        void send() throws Exception;
    }
}
