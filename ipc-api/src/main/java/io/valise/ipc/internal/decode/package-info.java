/** From bytes, which may be hostile, to a {@link io.valise.ipc.ValueSet}. */
@NullMarked
package io.valise.ipc.internal.decode;

import org.jspecify.annotations.NullMarked;
