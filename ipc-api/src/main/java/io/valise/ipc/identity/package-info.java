/** Who an application is, beyond the user it runs as: keys, proofs, grants and rules. */
@NullMarked
package io.valise.ipc.identity;

import org.jspecify.annotations.NullMarked;
