/** Bytes to values and back: the CBOR form of a {@link io.valise.ipc.ValueSet}, described in docs/protocol-valueset.md. */
@NullMarked
package io.valise.ipc.internal.codec;

import org.jspecify.annotations.NullMarked;
