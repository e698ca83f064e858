/**
 * Services that are started when a client asks for them and stop when no client needs them any more, as the app services of
 * Windows: {@code IpcClient.builder("any:quotes").startIfAbsent(true)} at the client, {@link
 * io.valise.ipc.services.hosting.AppServiceHost} in the service's program, {@link
 * io.valise.ipc.services.hosting.ServiceManifest} between them.
 */
@NullMarked
package io.valise.ipc.services.hosting;

import org.jspecify.annotations.NullMarked;
