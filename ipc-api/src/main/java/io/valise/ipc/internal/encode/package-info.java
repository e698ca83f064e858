/** From a {@link io.valise.ipc.ValueSet} to its CBOR form, described in docs/protocol-valueset.md. */
@NullMarked
package io.valise.ipc.internal.encode;

import org.jspecify.annotations.NullMarked;
