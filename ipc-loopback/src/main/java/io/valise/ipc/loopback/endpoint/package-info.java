/** The files in which servers publish their ports and secrets to the processes of their user. */
@NullMarked
package io.valise.ipc.loopback.endpoint;

import org.jspecify.annotations.NullMarked;
