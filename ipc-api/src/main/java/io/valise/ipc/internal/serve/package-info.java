/**
 * What the peer asks for: requests, streams and events, on their way to the handler and back.
 */
@NullMarked
package io.valise.ipc.internal.serve;

import org.jspecify.annotations.NullMarked;
