/** Which transports and servers there are. */
@NullMarked
package io.valise.ipc.cli.servers;

import org.jspecify.annotations.NullMarked;
