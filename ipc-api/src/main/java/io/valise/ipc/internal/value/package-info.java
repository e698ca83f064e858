/** What a {@link io.valise.ipc.ValueSet} is inside: how values are stored, listed, found by key and how deep they nest. */
@NullMarked
package io.valise.ipc.internal.value;

import org.jspecify.annotations.NullMarked;
