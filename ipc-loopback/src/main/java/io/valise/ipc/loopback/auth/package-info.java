/**
 * Mutual proof that both ends of a byte stream know one secret: a state machine from bytes to bytes, without sockets or
 * threads.
 */
@NullMarked
package io.valise.ipc.loopback.auth;

import org.jspecify.annotations.NullMarked;
