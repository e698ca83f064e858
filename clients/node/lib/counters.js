/** What is counted of the connections of an end. */
export function newCounters() {
  return {
    requestsServed: 0,
    builtInRequestsServed: 0,
    requestsRefused: 0,
    eventsReceived: 0,
    eventsSent: 0,
    bytesReceived: 0,
    bytesSent: 0,
  };
}
