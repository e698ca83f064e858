/** Where a server says on which port it listens and shares its secret with the processes of its user. */
@NullMarked
package io.valise.ipc.loopback.endpoint;

import org.jspecify.annotations.NullMarked;
