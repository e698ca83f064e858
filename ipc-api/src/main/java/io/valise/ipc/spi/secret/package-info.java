/**
 * How the two ends of a connection know that they are of one user where the kernel does not know it: a secret of the
 * server ({@link io.valise.ipc.spi.secret.Secret}), the file by which the processes of its user know it ({@link
 * io.valise.ipc.spi.secret.SecretFiles}), the proof at either end ({@link io.valise.ipc.spi.secret.Handshake}), and the
 * server's limits on those that have proved nothing yet ({@link io.valise.ipc.spi.secret.ConnectionAuthenticator}). A
 * transport adds its addresses and its channel. For the transports of this project: exported to them alone.
 */
@NullMarked
package io.valise.ipc.spi.secret;

import org.jspecify.annotations.NullMarked;
