/** How servers get their names, how clients find them, and which connection to a broker they share. */
@NullMarked
package io.valise.ipc.nats.connect;

import org.jspecify.annotations.NullMarked;
