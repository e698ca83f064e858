/** What writing and reading CBOR (RFC 8949) have in common: tags, major types, numbers and text as bytes. */
@NullMarked
package io.valise.ipc.internal.cbor;

import org.jspecify.annotations.NullMarked;
