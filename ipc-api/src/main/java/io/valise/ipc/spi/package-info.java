/**
 * What a transport implements. A transport moves opaque frames between two processes and knows nothing of ValueSets,
 * correlation, timeouts or services: the session engine does those once for all transports. The numbered rules are in
 * {@code docs/transport-contract.md}; the conformance kit {@code ipc-testkit} proves them.
 */
@NullMarked
package io.valise.ipc.spi;

import org.jspecify.annotations.NullMarked;
