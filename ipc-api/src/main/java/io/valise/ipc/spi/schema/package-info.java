/** What a server says of itself in answer to {@code valise.schema}: its services, streams and events, and their types. */
@NullMarked
package io.valise.ipc.spi.schema;

import org.jspecify.annotations.NullMarked;
