/**
 * How a link comes to be: listening, dialling, and the handshake on either side. A server does its part on Netty's
 * loop, a client on the caller's thread.
 */
@NullMarked
package io.valise.ipc.loopback.connect;

import org.jspecify.annotations.NullMarked;
