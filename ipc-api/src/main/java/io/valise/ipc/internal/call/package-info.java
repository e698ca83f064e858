/**
 * What this end has asked the peer for and waits for: requests and streams.
 */
@NullMarked
package io.valise.ipc.internal.call;

import org.jspecify.annotations.NullMarked;
