/** How the values of a declared Java type become values of a ValueSet, and back: one converter per type, made once. */
@NullMarked
package io.valise.ipc.spi.mapping;

import org.jspecify.annotations.NullMarked;
