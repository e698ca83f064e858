/** A server and a client that do not know whether they are on one machine: the address says so. */
@NullMarked
package io.valise.examples.machines;

import org.jspecify.annotations.NullMarked;
