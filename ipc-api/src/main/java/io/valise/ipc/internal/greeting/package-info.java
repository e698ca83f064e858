/**
 * What the ends of a connection say of themselves when it begins, and how they prove it; without I/O.
 */
@NullMarked
package io.valise.ipc.internal.greeting;

import org.jspecify.annotations.NullMarked;
