package io.valise.ipc;

/**
 * Counters since the connection, or for a server all its connections, began. A snapshot: the counters are read one
 * after the other without stopping traffic. Immutable.
 *
 * @param requestsSent requests and streams opened by this end
 * @param requestsServed requests and streams the peer opened and a handler took
 * @param builtInRequestsServed those among them for what every server answers, {@code valise.ping} and {@code
 *     valise.info}: who asks nothing else looks at a server and does not use it
 * @param requestsRefused requests of the peer that no handler took: unknown service, access denied, overload
 * @param eventsSent one-way events sent
 * @param eventsReceived one-way events received
 * @param bytesSent bytes of frames sent
 * @param bytesReceived bytes of frames received
 * @param pending calls of this end that wait for their answer now
 * @param connections open connections now
 */
public record Stats(
        long requestsSent,
        long requestsServed,
        long builtInRequestsServed,
        long requestsRefused,
        long eventsSent,
        long eventsReceived,
        long bytesSent,
        long bytesReceived,
        int pending,
        int connections) {

    /** No traffic and no connection. */
    public static final Stats ZERO = new Stats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** The sum, counter by counter. */
    public Stats plus(Stats other) {
        return new Stats(
                requestsSent + other.requestsSent,
                requestsServed + other.requestsServed,
                builtInRequestsServed + other.builtInRequestsServed,
                requestsRefused + other.requestsRefused,
                eventsSent + other.eventsSent,
                eventsReceived + other.eventsReceived,
                bytesSent + other.bytesSent,
                bytesReceived + other.bytesReceived,
                pending + other.pending,
                connections + other.connections);
    }
}
