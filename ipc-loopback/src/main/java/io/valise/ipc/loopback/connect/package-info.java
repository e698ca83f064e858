/** How a link comes to be: listening, dialling, and the handshake on either side. */
@NullMarked
package io.valise.ipc.loopback.connect;

import org.jspecify.annotations.NullMarked;
