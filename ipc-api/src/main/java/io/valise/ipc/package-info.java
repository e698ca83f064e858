/**
 * Valise: processes on one machine exchange ValueSets through one API; the transport is
 * a word in the address.
 */
@NullMarked
package io.valise.ipc;

import org.jspecify.annotations.NullMarked;
