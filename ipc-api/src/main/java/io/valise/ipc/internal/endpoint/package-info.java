/**
 * What {@code IpcServer} and {@code IpcClient} stand on: how servers listen and clients dial, and what finds the transports.
 */
@NullMarked
package io.valise.ipc.internal.endpoint;

import org.jspecify.annotations.NullMarked;
