/** A program that launches a helper and calls it. */
@NullMarked
package io.valise.examples.helper;

import org.jspecify.annotations.NullMarked;
