/** Processes that take turns by a mutex with a name. */
@NullMarked
package io.valise.examples.named;

import org.jspecify.annotations.NullMarked;
