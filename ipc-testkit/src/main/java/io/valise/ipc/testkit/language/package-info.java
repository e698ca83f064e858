/**
 * Whether programs in different languages understand each other: the rules of the transport contract that a wire can show,
 * run between two processes that speak a small test protocol on their standard streams.
 */
@NullMarked
package io.valise.ipc.testkit.language;

import org.jspecify.annotations.NullMarked;
